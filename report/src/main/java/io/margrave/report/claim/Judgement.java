package io.margrave.report.claim;

import io.margrave.report.Text;
import io.margrave.report.claim.Study.Cell;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether a claim's rule is met in one place.
 *
 * @param cell data set and network
 * @param r as a reader sees it: {@code r = 5.1}; empty where the rule has none
 * @param what else sets it apart, such as the radius of the attack; may be empty
 * @param holds whether the rule is met
 */
record Judgement(Cell cell, String r, String what, boolean holds) {

    /** Held everywhere, nowhere, or in part; not shown without any. */
    static Claim.Verdict verdict(List<Judgement> judgements) {
        if (judgements.isEmpty()) {
            return Claim.Verdict.NOT_SHOWN;
        }
        if (judgements.stream().allMatch(Judgement::holds)) {
            return Claim.Verdict.HOLDS;
        }
        return judgements.stream().noneMatch(Judgement::holds) ? Claim.Verdict.DOES_NOT : Claim.Verdict.IN_PART;
    }

    /** {@code 17 of 18}. */
    static String met(List<Judgement> judgements) {
        return judgements.stream().filter(Judgement::holds).count() + " of " + judgements.size();
    }

    /** Where the rule is met and where not, and whether that depends on r. */
    static List<String> dependence(List<Judgement> judgements) {
        if (judgements.isEmpty()) {
            return List.of();
        }
        Map<Cell, List<Judgement>> byCell = judgements.stream()
                .collect(Collectors.groupingBy(Judgement::cell, LinkedHashMap::new, Collectors.toList()));
        Set<String> radii = new LinkedHashSet<>();
        judgements.stream().map(Judgement::r).filter(r -> !r.isEmpty()).forEach(radii::add);
        boolean everywhere = judgements.stream().allMatch(Judgement::holds);
        boolean nowhere = judgements.stream().noneMatch(Judgement::holds);
        if (everywhere || nowhere) {
            return List.of("The rule is " + (everywhere ? "met" : "not met") + " in " + judgements.size() + " of "
                    + judgements.size() + " tests ("
                    + Text.list(byCell.keySet().stream().map(Cell::title).toList()) + ")"
                    + (radii.size() > 1 ? ", so the conclusion does not depend on r." : "."));
        }
        List<String> sentences = new ArrayList<>();
        byCell.forEach((cell, own) -> sentences.add(sentence(cell, own)));
        return sentences;
    }

    private static String sentence(Cell cell, List<Judgement> own) {
        boolean all = own.stream().allMatch(Judgement::holds);
        boolean none = own.stream().noneMatch(Judgement::holds);
        if (all || none) {
            return cell.title() + ": the rule is " + (all ? "met" : "not met") + " in "
                    + Text.plural(own.size(), "test") + " of " + own.size() + ".";
        }
        return cell.title() + ": " + (dependsOnR(own) ? "the conclusion depends on r: " : "") + "the rule is met for "
                + places(own, true) + ", and not for " + places(own, false) + ".";
    }

    /** {@code lower bound at r = 4, r = 6; correlation at r = 4}. */
    private static String places(List<Judgement> own, boolean met) {
        Map<String, List<String>> byWhat = own.stream()
                .filter(judgement -> judgement.holds() == met)
                .collect(Collectors.groupingBy(
                        Judgement::what, LinkedHashMap::new, Collectors.mapping(Judgement::r, Collectors.toList())));
        return byWhat.entrySet().stream()
                .map(entry -> {
                    String at = String.join(", ", entry.getValue());
                    if (at.isEmpty()) {
                        return entry.getKey();
                    }
                    return entry.getKey().isEmpty() ? at : entry.getKey() + " at " + at;
                })
                .collect(Collectors.joining("; "));
    }

    /** Whether, all else equal, it is met at one r and not at another. */
    static boolean dependsOnR(List<Judgement> own) {
        return own.stream()
                .anyMatch(one -> own.stream()
                        .anyMatch(other -> one.cell().equals(other.cell())
                                && one.what().equals(other.what())
                                && !one.r().equals(other.r())
                                && one.holds() != other.holds()));
    }
}
