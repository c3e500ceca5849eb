package io.flowdb.boot;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Dependencies between the packages of this module point one way, and none points at the inside of another module. */
@AnalyzeClasses(packages = "io.flowdb.boot", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule classes_resideIn_listedPackages = classes()
            .should()
            .resideInAnyPackage(
                    "io.flowdb.boot",
                    "io.flowdb.boot.data",
                    "io.flowdb.boot.actuate",
                    "io.flowdb.boot.observe",
                    "io.flowdb.boot.test");

    @ArchTest
    static final ArchRule boot_knowsNone_ofThePackagesAboveIt = noClasses()
            .that()
            .resideInAPackage("io.flowdb.boot")
            .should()
            .accessClassesThat()
            .resideInAnyPackage("io.flowdb.boot.*..", "io.flowdb.data..");

    @ArchTest
    static final ArchRule actuate_knowsNothing_ofSpringData = noClasses()
            .that()
            .resideInAPackage("io.flowdb.boot.actuate")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.flowdb.boot.data..", "io.flowdb.boot.observe..", "io.flowdb.boot.test..", "io.flowdb.data..");

    @ArchTest
    static final ArchRule module_usesNo_internals =
            noClasses().should().dependOnClassesThat().resideInAPackage("io.flowdb.internal..");

    @ArchTest
    static final ArchRule packages_areFreeOf_cycles =
            slices().matching("(**)").should().beFreeOfCycles();
}
