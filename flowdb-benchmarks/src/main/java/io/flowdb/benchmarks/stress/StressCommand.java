package io.flowdb.benchmarks.stress;

import io.flowdb.benchmarks.engine.Durability;
import io.flowdb.benchmarks.engine.EngineKind;
import io.flowdb.benchmarks.engine.StoreOptions;
import io.flowdb.benchmarks.measure.Directories;
import io.flowdb.benchmarks.measure.ScratchDirectory;
import io.flowdb.benchmarks.measure.Values;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code flowdb-stress}: loads a fresh database, reads and writes it with many threads, and reports what that was like.
 */
@Command(
        name = "stress",
        description = "Puts one engine under a mixed load in a fresh database, which is removed at the end.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class StressCommand implements Callable<Integer> {
    private static final int MAX_VALUE_BYTES = 16 << 20;
    private static final int MAX_BATCH = 100_000;
    private static final int MAX_THREADS = 1_000;
    private static final int MAX_OVERWRITES = 1_000;
    private static final int MODEL_BYTES_PER_RECORD = 8;
    private static final long MIN_MEMTABLE_BYTES = 64 << 10;
    private static final long MAX_MEMTABLE_BYTES = 1 << 30;
    private static final long MAX_CACHE_BYTES = 1L << 40;

    @Option(names = "--records", defaultValue = "1000000", description = "Different keys. Default: ${DEFAULT-VALUE}.")
    private int records;

    @Option(names = "--value-size", defaultValue = "100", description = "Bytes a value. Default: ${DEFAULT-VALUE}.")
    private int valueBytes;

    @Option(names = "--batch", defaultValue = "1", description = "Records a commit. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(names = "--threads", defaultValue = "4", description = "Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(
            names = "--sync",
            arity = "0..1",
            defaultValue = "interval",
            fallbackValue = "always",
            description = "always: fsync on every commit (also if no word follows); interval: commits are handed to the"
                    + " operating system. Default: ${DEFAULT-VALUE}.")
    private String sync = "";

    @Option(
            names = "--read-percent",
            defaultValue = "50",
            description = "Reads among the operations; the others are commits. Default: ${DEFAULT-VALUE}.")
    private int readPercent;

    @Option(
            names = "--duration",
            defaultValue = "10",
            converter = Seconds.class,
            description = "Seconds of mixed work after the load, 0 for none. Default: ${DEFAULT-VALUE}.")
    private Duration duration = Duration.ZERO;

    @Option(
            names = "--overwrites",
            defaultValue = "0",
            description = "Instead of a duration: write this many times the number of records.")
    private int overwrites;

    @Option(names = "--verify", description = "Check every answer, and everything at the end and after reopening.")
    private boolean verify;

    @Option(names = "--json", description = "File for the result, one JSON object a line for each phase.")
    private @Nullable Path json;

    @Option(names = "--dir", description = "Where the database is created. Default: the system's temporary directory.")
    private Path dir = Path.of(System.getProperty("java.io.tmpdir", "."));

    @Option(names = "--engine", description = "Default: flowdb.")
    private String engineLabel = "flowdb";

    @Option(
            names = "--memtable",
            defaultValue = "64m",
            converter = ByteSize.class,
            description = "Bytes of the memtable. Default: ${DEFAULT-VALUE}.")
    private long memtableBytes;

    @Option(
            names = "--cache",
            defaultValue = "128m",
            converter = ByteSize.class,
            description = "Bytes of the block cache. Default: ${DEFAULT-VALUE}.")
    private long cacheBytes = StoreOptions.CACHE_BYTES;

    @Spec
    private @Nullable CommandSpec spec;

    /** For the command line. */
    public StressCommand() {}

    @Override
    public Integer call() throws Exception {
        StressOptions options = options();
        PrintWriter out = spec().commandLine().getOut();
        out.printf(
                "%s, %,d keys, values of %,d bytes, %d a commit, %d threads, %s%n",
                options.engine().label(),
                options.records(),
                options.valueBytes(),
                options.batch(),
                options.threads(),
                options.durability().meaning());
        out.flush();
        List<String> lines = new ArrayList<>();
        try (ScratchDirectory scratch = ScratchDirectory.below(dir, "flowdb-stress-")) {
            new StressRun(options, scratch.path(), phase -> {
                        lines.add(phase.json(options));
                        out.print(phase.text());
                        out.flush();
                    })
                    .run();
        }
        if (options.verify()) {
            out.printf("verified: all %,d records, also after reopening%n", options.records());
        }
        out.flush();
        if (json != null) {
            Files.write(json, lines);
        }
        return 0;
    }

    private StressOptions options() {
        /* The versions of all keys are known in memory. */
        long most = Math.min(1_000_000_000, Runtime.getRuntime().maxMemory() / 2 / MODEL_BYTES_PER_RECORD);
        check(records >= 1 && records <= most, "--records " + records + ", allowed: 1 to " + most + " with this heap");
        check(
                valueBytes >= Values.MIN_BYTES && valueBytes <= MAX_VALUE_BYTES,
                "--value-size " + valueBytes + ", allowed: " + Values.MIN_BYTES + " to " + MAX_VALUE_BYTES);
        check(batch >= 1 && batch <= MAX_BATCH, "--batch " + batch + ", allowed: 1 to " + MAX_BATCH);
        check(threads >= 1 && threads <= MAX_THREADS, "--threads " + threads + ", allowed: 1 to " + MAX_THREADS);
        check(sync.equals("always") || sync.equals("interval"), "--sync " + sync + ", allowed: always, interval");
        check(readPercent >= 0 && readPercent <= 100, "--read-percent " + readPercent + ", allowed: 0 to 100");
        check(
                overwrites >= 0 && overwrites <= MAX_OVERWRITES,
                "--overwrites " + overwrites + ", allowed: 0 to " + MAX_OVERWRITES);
        check(
                overwrites == 0 || readPercent < 100,
                "--read-percent 100 never ends with --overwrites; allowed: up to 99");
        checkSizesAndPlaces();
        EngineKind engine;
        try {
            engine = EngineKind.of(engineLabel, EngineKind.keyValueStores());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec().commandLine(), String.valueOf(e.getMessage()), e);
        }
        check(
                EngineKind.keyValueStores().contains(engine),
                "--engine " + engineLabel + ", allowed: " + EngineKind.labels(EngineKind.keyValueStores()));
        return new StressOptions(
                engine,
                records,
                valueBytes,
                batch,
                Math.min(threads, records),
                sync.equals("always") ? Durability.FSYNC : Durability.OS,
                readPercent,
                duration,
                overwrites,
                verify,
                memtableBytes,
                cacheBytes);
    }

    private void checkSizesAndPlaces() {
        check(
                memtableBytes >= MIN_MEMTABLE_BYTES && memtableBytes <= MAX_MEMTABLE_BYTES,
                "--memtable " + memtableBytes + ", allowed: 64k to 1g");
        check(cacheBytes <= MAX_CACHE_BYTES, "--cache " + cacheBytes + ", allowed: 0 to 1024g");
        check(json == null || Directories.canHold(json), "--json " + json + ": no file that can be written");
        check(Directories.canBeMade(dir), "--dir " + dir + ": no directory that can be written to");
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("not run from a command line");
        }
        return spec;
    }

    private void check(boolean ok, String message) {
        if (!ok) {
            throw new ParameterException(spec().commandLine(), message);
        }
    }
}
