package io.margrave.robustness.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditTask;
import io.margrave.results.Break;
import io.margrave.results.Kind;
import io.margrave.results.Margin;
import io.margrave.results.PointAudit;
import io.margrave.results.Progress;
import io.margrave.results.Radii;
import io.margrave.results.RadiusAudit;
import io.margrave.results.SearchEffort;
import io.margrave.results.Side;
import io.margrave.theory.Guarantee;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.NetworkSpec;
import io.margrave.vae.model.NetworkVae;
import io.margrave.vae.model.Vae;
import io.margrave.vae.network.Architecture;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AuditExecutorTest {
    private static final ImageShape SHAPE = NoiseImages.SHAPE;

    private static Map<String, Vae> models() {
        Map<String, Vae> models = new LinkedHashMap<>();
        for (String name : List.of("a", "b")) {
            models.put(
                    name,
                    NetworkVae.initialised(
                            NetworkSpec.untrained(
                                    SHAPE, ValueRange.UNIT, 3, Architecture.mlp(24), LikelihoodSpec.bernoulli()),
                            name.charAt(0)));
        }
        return models;
    }

    private static AuditPlan plan(int points) {
        AuditPlan d = AuditPlan.defaults();
        return new AuditPlan(
                List.of("a", "b"),
                "noise",
                null,
                null,
                "test",
                points,
                Radii.of(List.of(0.3, 0.5)),
                0.001,
                400,
                200,
                true,
                true,
                0.5,
                SearchEffort.of(10, 4, 1),
                SearchEffort.of(20, 4, 1),
                5,
                d.seed(),
                4);
    }

    private static Map<String, PointAudit> run(int points, int threads, Set<AuditTask> done) {
        Map<String, PointAudit> audits = new TreeMap<>();
        AuditExecutor.run(
                plan(points),
                models(),
                new NoiseImages(50),
                IntStream.range(0, points).map(i -> 49 - i).toArray(),
                done,
                threads,
                (task, seconds, found) -> found.forEach(audit -> audits.put(audit.model() + audit.point(), audit)),
                Progress.Listener.none());
        return audits;
    }

    @Test
    void rows_do_not_depend_on_threads_nor_on_what_was_done_before() {
        Map<String, PointAudit> one = run(9, 1, Set.of());
        Map<String, PointAudit> two = run(9, 2, Set.of());
        Map<String, PointAudit> rest = run(9, 2, Set.of(new AuditTask("a", 0, 0, 4), new AuditTask("b", 2, 8, 1)));
        assertThat(one).hasSize(18);
        assertThat(two.keySet()).isEqualTo(one.keySet());
        assertThat(rest).hasSize(13);
        one.forEach((key, audit) -> {
            assertThat(two.get(key)).usingRecursiveComparison().isEqualTo(audit);
            if (rest.containsKey(key)) {
                assertThat(rest.get(key)).usingRecursiveComparison().isEqualTo(audit);
            }
        });
    }

    @Test
    void every_margin_carries_its_labels() {
        for (PointAudit audit : run(5, 2, Set.of()).values()) {
            assertThat(audit.label()).isEqualTo(audit.point() % 3);
            assertThat(audit.smallestR().low()).isLessThan(audit.smallestR().high());
            for (RadiusAudit radius : audit.radii()) {
                List<Margin> lower = radius.margins().stream()
                        .filter(margin -> margin.side() == Side.LOWER)
                        .toList();
                assertThat(lower).extracting(Margin::method).containsExactly("frobenius", "spectral", "whitened");
                assertThat(lower)
                        .allSatisfy(margin -> assertThat(margin.guarantee()).isEqualTo(Guarantee.FIRST_ORDER));
                List<Margin> upper = radius.margins().stream()
                        .filter(margin -> margin.side() == Side.UPPER)
                        .toList();
                assertThat(upper).hasSize(4);
                for (Margin margin : upper) {
                    assertThat(margin.guarantee())
                            .isEqualTo(margin.censored() ? Guarantee.EMPIRICAL : Guarantee.STATISTICAL);
                    assertThat(radius.breaks().stream()
                                    .filter(found -> found.kind() == margin.kind() && found.boxed() == margin.boxed())
                                    .mapToDouble(Break::norm))
                            .hasSize(margin.censored() ? 0 : 1)
                            .allMatch(norm -> norm == margin.value());
                }
            }
        }
    }

    @Test
    void a_verified_break_is_still_one_on_noise_that_nothing_has_used() {
        Map<String, Vae> models = models();
        NoiseImages images = new NoiseImages(50);
        List<BreakVerifier.Claim> claims = new ArrayList<>();
        for (PointAudit audit : run(9, 2, Set.of()).values()) {
            if (audit.model().equals("a")) {
                for (RadiusAudit radius : audit.radii()) {
                    for (Break found : radius.breaks()) {
                        claims.add(new BreakVerifier.Claim(
                                audit.point(),
                                found.r(),
                                found.kind(),
                                found.boxed(),
                                found.norm(),
                                audit.input(),
                                found.perturbed()));
                    }
                }
            }
        }
        assertThat(claims).isNotEmpty();
        assertThat(claims).extracting(BreakVerifier.Claim::kind).contains(Kind.FULL, Kind.MEAN_ONLY);
        List<BreakVerifier.Measured> measured = BreakVerifier.measure(
                "a", java.util.Objects.requireNonNull(models.get("a")), images.range(), claims, 77, 2_000);
        for (int i = 0; i < claims.size(); i++) {
            assertThat(measured.get(i).norm()).isEqualTo(claims.get(i).norm());
            assertThat(measured.get(i).inRange()).isTrue();
            assertThat(measured.get(i).within().lower(0.001 / claims.size())).isLessThanOrEqualTo(0.5);
        }
    }

    @Test
    void a_claim_that_is_no_break_is_seen_through() {
        NoiseImages images = new NoiseImages(50);
        float[] input = images.image(3);
        float[] outside = input.clone();
        outside[0] = 1.5f;
        List<BreakVerifier.Measured> measured = BreakVerifier.measure(
                "a",
                java.util.Objects.requireNonNull(models().get("a")),
                images.range(),
                List.of(
                        new BreakVerifier.Claim(3, 50, Kind.FULL, true, 0.5, input, input),
                        new BreakVerifier.Claim(3, 50, Kind.FULL, true, 0.5, input, outside)),
                0,
                500);
        assertThat(measured.get(0).norm()).isZero();
        assertThat(measured.get(0).within().lower(0.001)).isGreaterThan(0.5);
        assertThat(measured.get(1).inRange()).isFalse();
    }

    @Test
    void an_interrupt_stops_an_audit() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> run(9, 2, Set.of())).isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void progress_ends_at_its_total() {
        List<Progress> events = new ArrayList<>();
        AuditExecutor.run(
                plan(5),
                models(),
                new NoiseImages(50),
                new int[] {1, 2, 3, 4, 5},
                Set.of(),
                2,
                (task, seconds, found) -> {},
                events::add);
        Progress last = events.get(events.size() - 1);
        assertThat(last.done()).isEqualTo(last.total()).isEqualTo(2 * 5 * 2 * 4);
        assertThat(events).extracting(Progress::done).isSorted();
    }
}
