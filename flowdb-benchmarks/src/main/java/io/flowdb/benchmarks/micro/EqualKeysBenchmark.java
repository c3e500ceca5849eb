package io.flowdb.benchmarks.micro;

import io.flowdb.Config;
import io.flowdb.json.JsonDB;
import io.flowdb.json.StoreSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Inserts 100,000 documents into an empty store with one index, in batches of 100, in memory: the time goes into
 * documents and index.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 15)
@Measurement(iterations = 25)
@Fork(1)
@State(Scope.Benchmark)
public class EqualKeysBenchmark {
    private static final int DOCUMENTS = 100_000;
    private static final int BATCH = 100;

    /** Whether all documents have one index key, or each its own. */
    @Param({"equal", "distinct"})
    public String keys = "equal";

    private JsonDB db = open();

    private static JsonDB open() {
        JsonDB db = JsonDB.open(Config.builder().inMemory(true).build());
        db.applyStore(StoreSchema.of("documents", "id").withIndex("by_key", "key"));
        return db;
    }

    /** Starts with an empty store. */
    @Setup(Level.Invocation)
    public void clear() {
        db.close();
        db = open();
    }

    /** Checks what is there. */
    @TearDown(Level.Invocation)
    public void check() {
        long expected = keys.equals("equal") ? DOCUMENTS : 1;
        long found = db.query("documents").whereEq("key", "key" + DOCUMENTS).count();
        if (found != expected) {
            throw new IllegalStateException(found + " documents with the key instead of " + expected);
        }
    }

    /** The inserts. */
    @Benchmark
    public void insert() {
        List<ObjectNode> batch = new ArrayList<>(BATCH);
        for (int id = 0; id < DOCUMENTS; id++) {
            int key = keys.equals("equal") ? DOCUMENTS : DOCUMENTS + id;
            batch.add(JsonMapper.shared().createObjectNode().put("id", id).put("key", "key" + key));
            if (batch.size() == BATCH) {
                db.putAll("documents", batch);
                batch.clear();
            }
        }
    }
}
