package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * A scripted run of an engine and what its database must hold after each commit. State i is the content after i
 * commits, so a recovered database is right if it equals a state from {@link #durable()} to {@link #started()}.
 */
final class CrashModel {
    private static final int KEYS = 40;
    private static final int TIMES = 3;

    private final Random random;
    private final List<TreeMap<String, String>> states = new ArrayList<>(List.of(new TreeMap<>()));
    private int durable;
    private int started;

    CrashModel(long seed) {
        this.random = new Random(seed);
    }

    /** Number of commits that must have survived. */
    int durable() {
        return durable;
    }

    /** Number of commits that may have survived. */
    int started() {
        return started;
    }

    TreeMap<String, String> state(int commits) {
        return states.get(commits);
    }

    /** A commit of one to five puts, deletes and range deletes. */
    void commit(Engine engine, WriteOptions options, boolean makesDurable) {
        TreeMap<String, String> after = new TreeMap<>(states.get(states.size() - 1));
        WriteBatch batch = randomBatch(random, after);
        states.add(after);
        started = states.size() - 1;
        engine.write(batch, options);
        if (makesDurable && !batch.isEmpty()) {
            durable = started;
        }
    }

    /** One to five puts, deletes and range deletes, which are made in {@code after} too. */
    static WriteBatch randomBatch(Random random, TreeMap<String, String> after) {
        WriteBatch batch = new WriteBatch();
        int n = random.nextInt(3) == 0 ? 1 + random.nextInt(5) : 1;
        for (int i = 0; i < n; i++) {
            addOperation(random, batch, after);
        }
        return batch;
    }

    /** Everything committed so far has been made durable by other means. */
    void allDurable() {
        durable = started;
    }

    private static void addOperation(Random random, WriteBatch batch, TreeMap<String, String> after) {
        int dice = random.nextInt(10);
        String key = key(random.nextInt(KEYS));
        int ts = random.nextInt(TIMES);
        if (dice < 7) {
            String value = "v" + random.nextInt() + "y".repeat(random.nextInt(random.nextInt(6) == 0 ? 9000 : 600));
            batch.put(FlowRecord.of(key, ts, value));
            after.put(version(key, ts), value);
        } else if (dice < 9) {
            batch.delete(io.flowdb.internal.base.Keys.utf8(key), ts);
            after.remove(version(key, ts));
        } else {
            String end = key(random.nextInt(KEYS));
            batch.deleteRange(io.flowdb.internal.base.Keys.utf8(key), io.flowdb.internal.base.Keys.utf8(end));
            if (key.compareTo(end) < 0) {
                after.subMap(version(key, 0), version(end, 0)).clear();
            }
        }
    }

    /** Number of commits that the engine's content stands for; fails if there is no such number in the range. */
    int commitsIn(Engine engine, int atLeast, int atMost) {
        TreeMap<String, String> found = contentOf(engine);
        for (int i = atMost; i >= atLeast; i--) {
            if (states.get(i).equals(found)) {
                checkPointReads(engine, found);
                return i;
            }
        }
        throw new AssertionError("not the content after " + atLeast + " to " + atMost + " commits, but after "
                + states.indexOf(found) + "; differs from the first in " + difference(states.get(atLeast), found));
    }

    static String difference(TreeMap<String, String> expected, TreeMap<String, String> found) {
        List<String> versions = new ArrayList<>();
        for (String version : new java.util.TreeSet<>(expected.keySet())) {
            if (!expected.get(version).equals(found.get(version))) {
                versions.add(version + (found.containsKey(version) ? " (other value)" : " (missing)"));
            }
        }
        for (String version : found.keySet()) {
            if (!expected.containsKey(version)) {
                versions.add(version + " (too much)");
            }
        }
        return versions.toString();
    }

    static TreeMap<String, String> contentOf(Engine engine) {
        TreeMap<String, String> found = new TreeMap<>();
        for (FlowRecord record : engine.query(Query.all())) {
            found.put(version(record.keyText(), (int) record.ts()), record.valueText());
        }
        return found;
    }

    static void checkPointReads(Engine engine, TreeMap<String, String> expected) {
        for (int k = 0; k < KEYS; k++) {
            for (int ts = 0; ts < TIMES; ts++) {
                String value = engine.get(key(k), ts).map(FlowRecord::valueText).orElse(null);
                assertThat(value).as("%s at %d", key(k), ts).isEqualTo(expected.get(version(key(k), ts)));
            }
        }
    }

    private static String key(int number) {
        return String.format("key%03d", number);
    }

    private static String version(String key, int ts) {
        return key + "@" + ts;
    }
}
