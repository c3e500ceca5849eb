package io.flowdb.data;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.List;

/** Dependencies between the packages of this module point one way, and only exported packages of the core are used. */
@AnalyzeClasses(packages = "io.flowdb.data", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String MAPPING = "io.flowdb.data.mapping";
    private static final String CONVERT = "io.flowdb.data.convert";
    private static final String CORE = "io.flowdb.data.core";
    private static final String REPOSITORY = "io.flowdb.data.repository";
    private static final String QUERY = "io.flowdb.data.repository.query";
    private static final String SUPPORT = "io.flowdb.data.repository.support";
    private static final String CONFIG = "io.flowdb.data.repository.config";

    /** Every package, lowest first, each with the packages it may access. */
    private static final List<Layer> LAYERS = List.of(
            new Layer(MAPPING, List.of()),
            new Layer(CONVERT, List.of(MAPPING)),
            new Layer(CORE, List.of(MAPPING, CONVERT)),
            new Layer(REPOSITORY, List.of()),
            new Layer(QUERY, List.of(MAPPING, CONVERT, CORE, REPOSITORY)),
            new Layer(SUPPORT, List.of(MAPPING, CONVERT, CORE, REPOSITORY, QUERY)),
            new Layer(CONFIG, List.of(MAPPING, CONVERT, CORE, REPOSITORY, QUERY, SUPPORT)));

    @ArchTest
    static final ArchRule packages_access_onlyThoseListed = layered();

    @ArchTest
    static final ArchRule classes_resideIn_listedPackages = classes()
            .should()
            .resideInAnyPackage(LAYERS.stream().map(Layer::name).toArray(String[]::new));

    @ArchTest
    static final ArchRule packages_areFreeOf_cycles =
            slices().matching("(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule core_isUsed_throughExportedPackages =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("io.flowdb.internal..");

    private static ArchRule layered() {
        LayeredArchitecture rule =
                Architectures.layeredArchitecture().consideringOnlyDependenciesInAnyPackage("io.flowdb.data..");
        for (Layer layer : LAYERS) {
            rule = rule.layer(layer.name()).definedBy(layer.name());
        }
        for (Layer layer : LAYERS) {
            rule = layer.mayAccess().isEmpty()
                    ? rule.whereLayer(layer.name()).mayNotAccessAnyLayer()
                    : rule.whereLayer(layer.name())
                            .mayOnlyAccessLayers(layer.mayAccess().toArray(String[]::new));
        }
        return rule;
    }

    private record Layer(String name, List<String> mayAccess) {}
}
