package io.margrave.robustness.goal;

import io.margrave.data.BadInputException;
import io.margrave.robustness.attack.GoalKind;
import io.margrave.robustness.map.Reconstruction.Follows;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** All goals that plans can name: ours, and those on the class path that {@code META-INF/services} names. */
public final class GoalKinds {
    private GoalKinds() {}

    private static List<GoalKind> ours() {
        List<GoalKind> kinds = new ArrayList<>();
        for (Follows follows : Follows.values()) {
            kinds.add(new MaximumDamageGoal(follows));
        }
        for (boolean targeted : new boolean[] {true, false}) {
            for (Divergence divergence : Divergence.values()) {
                kinds.add(new LatentGoal(divergence, targeted));
            }
        }
        kinds.add(new OutputGoal(false));
        kinds.add(new OutputGoal(true));
        kinds.add(new LikelihoodGoal());
        kinds.add(new DownstreamGoal(null));
        return kinds;
    }

    /**
     * Every kind, ours first.
     *
     * @throws BadInputException where one of the others can't be loaded, or has the id of another
     */
    public static List<GoalKind> all() {
        return List.copyOf(byId().values());
    }

    /**
     * The kind of this id. {@code downstream} comes without a classifier: see {@link DownstreamGoal}.
     *
     * @throws IllegalArgumentException where there is none: names those that there are
     * @throws BadInputException as {@link #all}
     */
    public static GoalKind named(String id) {
        Map<String, GoalKind> kinds = byId();
        GoalKind kind = kinds.get(id);
        if (kind == null) {
            throw new IllegalArgumentException(
                    "want a goal of " + String.join(", ", kinds.keySet()) + ", got '" + id + "'");
        }
        return kind;
    }

    private static Map<String, GoalKind> byId() {
        Map<String, GoalKind> kinds = new LinkedHashMap<>();
        ours().forEach(kind -> kinds.put(kind.id(), kind));
        for (GoalKind kind : others()) {
            GoalKind first = kinds.putIfAbsent(kind.id(), kind);
            if (first != null) {
                throw new BadInputException("want goals of different ids, got '" + kind.id() + "' from "
                        + kind.getClass().getName() + " and from "
                        + first.getClass().getName() + ": rename or remove one");
            }
        }
        return kinds;
    }

    /** What others have registered. Their code runs here for the first time: whatever it throws is one line. */
    private static List<GoalKind> others() {
        List<GoalKind> kinds = new ArrayList<>();
        try {
            Iterator<GoalKind> found = ServiceLoader.load(GoalKind.class).iterator();
            while (found.hasNext()) {
                GoalKind kind = found.next();
                if (!kind.id().matches("[a-z0-9]+(-[a-z0-9]+)*")) {
                    throw new BadInputException("want a goal's id of lower case letters, digits and hyphens, got '"
                            + kind.id() + "' from " + kind.getClass().getName() + ": rename it");
                }
                kinds.add(kind);
            }
        } catch (BadInputException e) {
            throw e;
        } catch (ServiceConfigurationError | RuntimeException | LinkageError e) {
            throw new BadInputException(
                    "can't load a goal that META-INF/services names: " + reason(e)
                            + "; correct the class or take its jar off the class path",
                    e);
        }
        return kinds;
    }

    /** What happened and why, in one line. */
    private static String reason(Throwable error) {
        Throwable cause = error.getCause();
        String text = error.getMessage() == null ? error.toString() : error.getMessage();
        return (cause == null ? text : text + ": " + cause).lines().findFirst().orElse("unknown error");
    }
}
