package io.flowdb.sample;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;

/** The features depend on each other in one direction, and on nothing of FlowDB that is not for users. */
@AnalyzeClasses(packages = "io.flowdb.sample", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule packages_access_onlyThoseListed = Architectures.layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.flowdb.sample..")
            .layer("application")
            .definedBy("io.flowdb.sample")
            .layer("web")
            .definedBy("io.flowdb.sample.web")
            .layer("auth")
            .definedBy("io.flowdb.sample.auth")
            .layer("todo")
            .definedBy("io.flowdb.sample.todo")
            .layer("city")
            .definedBy("io.flowdb.sample.city")
            .whereLayer("application")
            .mayNotAccessAnyLayer()
            .whereLayer("web")
            .mayNotAccessAnyLayer()
            .whereLayer("auth")
            .mayOnlyAccessLayers("web")
            .whereLayer("todo")
            .mayOnlyAccessLayers("web", "auth")
            .whereLayer("city")
            .mayOnlyAccessLayers("web");

    @ArchTest
    static final ArchRule flowDb_insideOfIt_isNotTouched = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("io.flowdb..")
                    .and(not(resideInAnyPackage(
                            "io.flowdb.sample..",
                            "io.flowdb.annotation",
                            "io.flowdb.data.core",
                            "io.flowdb.data.repository",
                            "io.flowdb.json"))));

    @ArchTest
    static final ArchRule packages_areFreeOf_cycles =
            slices().matching("(**)").should().beFreeOfCycles();
}
