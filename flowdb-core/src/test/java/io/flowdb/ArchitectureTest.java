package io.flowdb;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import io.flowdb.json.JsonDB;
import java.util.List;

/**
 * Dependencies between the packages of this module point one way.
 *
 * <p>A new package gets a line in {@link #LAYERS}, after every package it may access, and a {@code package-info.java}
 * that says the same.
 */
@AnalyzeClasses(packages = "io.flowdb", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String ERROR = "io.flowdb.error";
    private static final String BASE = "io.flowdb.internal.base";
    private static final String IO = "io.flowdb.internal.io";
    private static final String COMPRESS = "io.flowdb.internal.compress";
    private static final String BLOOM = "io.flowdb.internal.bloom";
    private static final String CACHE = "io.flowdb.internal.cache";
    private static final String STATS = "io.flowdb.internal.stats";
    private static final String FRAME = "io.flowdb.internal.frame";
    private static final String WAL = "io.flowdb.internal.wal";
    private static final String MEMTABLE = "io.flowdb.internal.memtable";
    private static final String STORAGE = "io.flowdb.internal.storage";
    private static final String SSTABLE = "io.flowdb.internal.sstable";
    private static final String MERGE = "io.flowdb.internal.merge";
    private static final String MANIFEST = "io.flowdb.internal.manifest";
    private static final String COMPACTION = "io.flowdb.internal.compaction";
    private static final String ENGINE = "io.flowdb";
    private static final String ANNOTATION = "io.flowdb.annotation";
    private static final String INTERNAL_JSON = "io.flowdb.internal.json";
    private static final String JSON = "io.flowdb.json";

    /** Every package, lowest first, each with the packages it may access. */
    private static final List<Layer> LAYERS = List.of(
            new Layer(ERROR),
            new Layer(BASE, ERROR),
            new Layer(IO, ERROR, BASE),
            new Layer(COMPRESS, ERROR, BASE),
            new Layer(BLOOM, ERROR, BASE),
            new Layer(CACHE, ERROR, BASE),
            new Layer(STATS, BASE),
            new Layer(FRAME, ERROR, BASE, IO),
            new Layer(WAL, ERROR, BASE, IO, FRAME),
            new Layer(MEMTABLE, BASE),
            new Layer(STORAGE, ERROR, BASE, IO),
            new Layer(SSTABLE, ERROR, BASE, IO, STORAGE, COMPRESS, BLOOM, CACHE, STATS),
            new Layer(MERGE, ERROR, BASE),
            new Layer(MANIFEST, ERROR, BASE, IO, FRAME, STORAGE, SSTABLE),
            new Layer(COMPACTION, ERROR, BASE, IO, CACHE, STORAGE, SSTABLE, MERGE, MANIFEST),
            new Layer(
                    ENGINE,
                    ERROR,
                    BASE,
                    IO,
                    COMPRESS,
                    BLOOM,
                    CACHE,
                    STATS,
                    FRAME,
                    WAL,
                    MEMTABLE,
                    STORAGE,
                    SSTABLE,
                    MERGE,
                    MANIFEST,
                    COMPACTION),
            new Layer(ANNOTATION),
            new Layer(INTERNAL_JSON, ERROR, BASE),
            new Layer(JSON, ANNOTATION, ERROR, BASE, ENGINE, INTERNAL_JSON));

    @ArchTest
    static final ArchRule packages_access_onlyThoseListed = layeredArchitecture();

    @ArchTest
    static final ArchRule classes_resideIn_listedPackages = classes()
            .should()
            .resideInAnyPackage(LAYERS.stream().map(Layer::name).toArray(String[]::new))
            .allowEmptyShould(true);

    /** Every package is a slice of its own, {@code io.flowdb} too. */
    @ArchTest
    static final ArchRule packages_areFreeOf_cycles =
            slices().matching("(**)").should().beFreeOfCycles().allowEmptyShould(true);

    /** What opens or repairs a database knows what is below; everything else works on any {@link OrderedStore}. */
    @ArchTest
    static final ArchRule documents_doNotKnowTheEngine = noClasses()
            .that()
            .resideInAPackage(JSON)
            .and()
            .doNotBelongToAnyOf(JsonDB.class)
            .and()
            .haveSimpleNameNotEndingWith("Salvage")
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(Engine.class);

    private static ArchRule layeredArchitecture() {
        LayeredArchitecture rule = Architectures.layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("io.flowdb..")
                .withOptionalLayers(true);
        for (Layer layer : LAYERS) {
            rule = rule.layer(layer.name()).definedBy(layer.name());
        }
        for (Layer layer : LAYERS) {
            rule = layer.mayAccess().isEmpty()
                    ? rule.whereLayer(layer.name()).mayNotAccessAnyLayer()
                    : rule.whereLayer(layer.name())
                            .mayOnlyAccessLayers(layer.mayAccess().toArray(String[]::new));
        }
        return rule.allowEmptyShould(true);
    }

    /** A package, named in full, and the packages it may access beside itself. */
    private record Layer(String name, List<String> mayAccess) {
        Layer(String name, String... mayAccess) {
            this(name, List.of(mayAccess));
        }
    }
}
