package io.flowdb.benchmarks.engine;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The engines that can be measured; {@link #label} is their name on the command line and in results. */
public enum EngineKind {
    /** The engine of this project. */
    FLOWDB(FlowStore::open),
    /** Facebook's RocksDB through its own Java binding. */
    ROCKSDB(RocksStore::open),
    /** The storage engine of H2. */
    MVSTORE(MvStore::open),
    /** SQLite, which is measured with documents only. */
    SQLITE(EngineKind::noKeyValueStore),
    /** Nitrite, which is measured with documents only. */
    NITRITE(EngineKind::noKeyValueStore),
    /** Spring Data JPA on H2 with commits forced to disk. */
    JPA_H2(EngineKind::noKeyValueStore),
    /** Spring Data JPA on H2 as H2 is. */
    JPA_H2_DEFAULT(EngineKind::noKeyValueStore),
    /** Spring Data JDBC on SQLite. */
    JDBC_SQLITE(EngineKind::noKeyValueStore);

    private final Opener opener;

    EngineKind(Opener opener) {
        this.opener = opener;
    }

    /** The engine of that name. */
    public static EngineKind of(String label) {
        return of(label, List.of(values()));
    }

    /** The engine of that name; an error names those that are {@code allowed}. */
    public static EngineKind of(String label, List<EngineKind> allowed) {
        for (EngineKind kind : values()) {
            if (kind.label().equals(label)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("unknown engine " + label + ", allowed: " + labels(allowed));
    }

    /** Their names, with commas between them. */
    public static String labels(List<EngineKind> kinds) {
        return kinds.stream().map(EngineKind::label).collect(Collectors.joining(","));
    }

    /** Those that store keys and values. */
    public static List<EngineKind> keyValueStores() {
        return List.of(FLOWDB, ROCKSDB, MVSTORE);
    }

    /** Those that store documents. */
    public static List<EngineKind> documentStores() {
        return List.of(FLOWDB, SQLITE, NITRITE);
    }

    /** Those below Spring Data. */
    public static List<EngineKind> springStores() {
        return List.of(FLOWDB, JPA_H2, JPA_H2_DEFAULT, JDBC_SQLITE);
    }

    /** The name. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Opens or creates a database of keys and values. */
    public BenchStore open(StoreOptions options) throws Exception {
        return opener.open(options);
    }

    private static BenchStore noKeyValueStore(StoreOptions options) {
        throw new UnsupportedOperationException("no key-value store");
    }

    private interface Opener {
        BenchStore open(StoreOptions options) throws Exception;
    }
}
