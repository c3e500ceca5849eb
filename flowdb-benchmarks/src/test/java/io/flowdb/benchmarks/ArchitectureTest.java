package io.flowdb.benchmarks;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * The packages depend on each other in one direction. The names of the Spring stores once stood beside the users that
 * each of the stores implements, so the package and its parts needed one another.
 */
@AnalyzeClasses(packages = "io.flowdb.benchmarks", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule packages_areFreeOf_cycles =
            slices().matching("(**)").should().beFreeOfCycles();
}
