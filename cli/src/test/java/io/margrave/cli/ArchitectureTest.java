package io.margrave.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArchitectureTest {
    /** A module uses only modules before it. */
    private static final List<String> MODULES =
            List.of("theory", "results", "data", "vae", "robustness", "store", "report", "cli");

    private static final JavaClasses MARGRAVE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.margrave");

    static Stream<String> modules() {
        return MODULES.stream();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void every_module_is_here_and_uses_only_modules_before_it(String module) {
        assertThat(MARGRAVE.stream().filter(c -> c.getPackageName().startsWith("io.margrave." + module)))
                .isNotEmpty();
        String[] later = MODULES.subList(MODULES.indexOf(module) + 1, MODULES.size()).stream()
                .map(name -> "io.margrave." + name + "..")
                .toArray(String[]::new);
        if (later.length > 0) {
            noClasses()
                    .that()
                    .resideInAPackage("io.margrave." + module + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(later)
                    .check(MARGRAVE);
        }
    }

    @Test
    void only_vae_and_robustness_touch_native_tensors() {
        nativeTensors("io.margrave.vae..", "io.margrave.robustness..").check(MARGRAVE);
        // The rule sees what it forbids: with the two modules not excused it fails.
        assertThatThrownBy(() -> nativeTensors("io.margrave.theory..").check(MARGRAVE))
                .isInstanceOf(AssertionError.class);
    }

    private static ArchRule nativeTensors(String... allowed) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(allowed)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco..");
    }

    @Test
    void robustness_and_store_do_not_know_each_other() {
        noClasses()
                .that()
                .resideInAPackage("io.margrave.store..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.margrave.robustness..", "io.margrave.vae..")
                .check(MARGRAVE);
    }

    @Test
    void a_report_is_drawn_from_results_alone() {
        noClasses()
                .that()
                .resideInAPackage("io.margrave.report..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.margrave.vae..", "io.margrave.robustness..", "io.margrave.store..")
                .check(MARGRAVE);
    }

    @Test
    void packages_have_no_cycles() {
        slices().matching("io.margrave.(**)").should().beFreeOfCycles().check(MARGRAVE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"util", "utils", "common", "helper", "helpers", "manager"})
    void nothing_is_named_after_a_drawer_for_odds_and_ends(String word) {
        List<String> named = new ArrayList<>();
        for (JavaClass each : MARGRAVE) {
            boolean inPackage = List.of(each.getPackageName().split("\\.")).contains(word);
            boolean inName = each.getSimpleName().toLowerCase(Locale.ROOT).endsWith(word);
            if (inPackage || inName) {
                named.add(each.getName());
            }
        }
        assertThat(named).isEmpty();
    }

    @Test
    void only_the_command_line_speaks_to_the_process() {
        speaking("io.margrave.cli..").check(MARGRAVE);
        assertThatThrownBy(() -> speaking("io.margrave.theory..").check(MARGRAVE))
                .isInstanceOf(AssertionError.class);
    }

    private static ArchRule speaking(String allowed) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(allowed)
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Throwable.class, "printStackTrace");
    }

    @Test
    void every_class_is_an_interface_a_record_or_final() {
        DescribedPredicate<JavaClass> open = DescribedPredicate.describe(
                "an open class", c -> !c.isInterface() && !c.isEnum() && !c.isAnonymousClass());
        classes().that(open).should().haveModifier(JavaModifier.FINAL).check(MARGRAVE);
    }
}
