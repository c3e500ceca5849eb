package io.flowdb.benchmarks.engine;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The engines that can be measured; {@link #label} is their name on the command line and in results. */
public enum EngineKind {
    /** Facebook's RocksDB through its own Java binding. */
    ROCKSDB(RocksStore::open),
    /** The storage engine of H2. */
    MVSTORE(MvStore::open);

    private final Opener opener;

    EngineKind(Opener opener) {
        this.opener = opener;
    }

    /** The engine of that name. */
    public static EngineKind of(String label) {
        for (EngineKind kind : values()) {
            if (kind.label().equals(label)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("unknown engine " + label + ", allowed: " + labels());
    }

    /** All names, with commas between them. */
    public static String labels() {
        return Arrays.stream(values()).map(EngineKind::label).collect(Collectors.joining(","));
    }

    /** The name. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Opens or creates a database. */
    public BenchStore open(StoreOptions options) throws Exception {
        return opener.open(options);
    }

    private interface Opener {
        BenchStore open(StoreOptions options) throws Exception;
    }
}
