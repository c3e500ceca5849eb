package io.flowdb.benchmarks.compare;

import io.flowdb.benchmarks.engine.Durability;
import io.flowdb.benchmarks.engine.EngineKind;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A fixed set of workloads that each engine runs in the same way; {@link #label} is its name. */
enum Suite {
    /** The table in the README of the original FlowDB, measured fairly. */
    SEED(SeedSuite.WORKLOADS, SeedSuite::durability, SeedSuite::new),
    /** The workloads of RocksDB's db_bench. */
    KV(KvSuite.WORKLOADS, KvSuite::durability, KvSuite::new),
    /** Commits that are forced to disk one by one. */
    DURABLE(DurableSuite.WORKLOADS, DurableSuite::durability, DurableSuite::new),
    /** Documents with indexes. */
    DOCUMENTS(DocumentSuite.WORKLOADS, DocumentSuite::durability, DocumentSuite::new),
    /** Repositories of Spring Data. */
    SPRING(SpringSuite.WORKLOADS, SpringSuite::durability, SpringSuite::new);

    private final List<String> workloads;
    private final Function<EngineKind, Durability> durability;
    private final Function<RunContext, Runner> runner;

    Suite(List<String> workloads, Function<EngineKind, Durability> durability, Function<RunContext, Runner> runner) {
        this.workloads = workloads;
        this.durability = durability;
        this.runner = runner;
    }

    /** One run of a suite on one engine. */
    interface Runner {
        void run() throws Exception;
    }

    static Suite of(String label) {
        for (Suite suite : values()) {
            if (suite.label().equals(label)) {
                return suite;
            }
        }
        throw new IllegalArgumentException("unknown suite " + label + ", allowed: " + labels());
    }

    static String labels() {
        return Arrays.stream(values()).map(Suite::label).collect(Collectors.joining(","));
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The names of its rows, in the order of the report. */
    List<String> workloads() {
        return workloads;
    }

    /** The engines that can run it. */
    List<EngineKind> engines() {
        return switch (this) {
            case SEED, KV, DURABLE -> EngineKind.keyValueStores();
            case DOCUMENTS -> EngineKind.documentStores();
            case SPRING -> EngineKind.springStores();
        };
    }

    /** The engines that all are compared with. */
    List<EngineKind> bases() {
        return switch (this) {
            case SEED, KV, DURABLE -> List.of(EngineKind.ROCKSDB);
            case DOCUMENTS -> List.of(EngineKind.SQLITE);
            case SPRING -> List.of(EngineKind.JPA_H2, EngineKind.JDBC_SQLITE);
        };
    }

    /** What a commit of that engine survives in this suite. */
    Durability durability(EngineKind engine) {
        return durability.apply(engine);
    }

    void run(RunContext context) throws Exception {
        runner.apply(context).run();
    }
}
