package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.internal.base.InternalCursor;
import io.flowdb.internal.base.Op;
import io.flowdb.internal.base.OpCodec;
import io.flowdb.internal.base.PointLookup;
import io.flowdb.internal.memtable.Memtable;
import io.flowdb.internal.sstable.CachedBlockReads;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Linearizability of what readers use without locks, checked by Lincheck: under stress, and in a bounded search of
 * interleavings. It changes the classes that it runs, so it runs in a JVM of its own.
 *
 * <p>{@code -Dflowdb.test.lincheckIterations=N} sets the number of scenarios.
 */
@Timeout(300)
public class LincheckTest {
    private static final int ITERATIONS = Integer.getInteger("flowdb.test.lincheckIterations", 6);
    private static final String SOUND = "linearizable";

    @ParameterizedTest
    @CsvSource({"memtable,stress", "memtable,model", "cache,stress", "cache,model"})
    void operations_ofReadersAndWriters_areLinearizable(String subject, String strategy)
            throws IOException, InterruptedException {
        List<String> options = List.of("-Xmx512m", "-XX:+EnableDynamicAgentLoading", "-Xshare:off");
        List<String> lines = new ArrayList<>();
        try (ChildJvm child =
                ChildJvm.start(options, LincheckTest.class, subject, strategy, String.valueOf(ITERATIONS))) {
            for (String line = child.readLine(); line != null; line = child.readLine()) {
                lines.add(line);
            }
        }
        assertThat(lines).as("%s", String.join("\n", lines)).endsWith(SOUND);
    }

    /** Arguments: what to check, how, and how many scenarios. */
    public static void main(String[] arguments) {
        Class<?> subject = arguments[0].equals("memtable") ? MemtableReads.class : CachedBlockReads.class;
        Class<?> sequential = arguments[0].equals("memtable") ? SortedMap.class : Blocks.class;
        int iterations = Integer.parseInt(arguments[2]);
        if (arguments[1].equals("stress")) {
            new StressOptions()
                    .iterations(iterations)
                    .invocationsPerIteration(2_000)
                    .threads(3)
                    .actorsPerThread(3)
                    .sequentialSpecification(sequential)
                    .check(subject);
        } else {
            /*
             * The search cannot follow views of byte arrays; these only read and write bytes that are not published yet
             * or never change.
             */
            ModelCheckingOptions options = new ModelCheckingOptions()
                    .iterations(iterations)
                    .invocationsPerIteration(500)
                    .threads(2)
                    .actorsPerThread(3)
                    .loopBound(1_000)
                    .addGuarantee(
                            ManagedStrategyGuaranteeKt.forClasses(OpCodec.class.getName(), CachedBlockReads.BLOCK_KEYS)
                                    .allMethods()
                                    .ignore())
                    .sequentialSpecification(sequential);
            if (subject == CachedBlockReads.class) {
                cacheScenarios().forEach(options::addCustomScenario);
            }
            options.check(subject);
        }
        System.out.println(SOUND);
    }

    /**
     * Two threads at one block of a full cache: those drawn at random mostly pass each other by. With these the search
     * finds an eviction that frees the slot before it clears it, or the keys before the block, keys that are made while
     * the block leaves, and a removal of what has left.
     */
    private static List<ExecutionScenario> cacheScenarios() {
        List<Actor> full = List.of(cacheActor("add", 0), cacheActor("add", 1));
        List<Actor> fullAndRead = List.of(cacheActor("add", 0), cacheActor("add", 1), cacheActor("read", 0));
        List<Actor> evictAll = List.of(cacheActor("add", 2), cacheActor("add", 1), cacheActor("add", 2));
        List<ExecutionScenario> scenarios = new ArrayList<>();
        for (int block = 0; block < 2; block++) {
            List<Actor> bring = List.of(cacheActor("add", block), cacheActor("read", block));
            scenarios.add(cacheScenario(full, List.of(cacheActor("add", 2)), bring));
            scenarios.add(cacheScenario(full, List.of(cacheActor("clear")), bring));
        }
        scenarios.add(cacheScenario(fullAndRead, List.of(cacheActor("read", 0)), evictAll));
        scenarios.add(cacheScenario(full, List.of(cacheActor("clear")), evictAll));
        return scenarios;
    }

    private static ExecutionScenario cacheScenario(List<Actor> before, List<Actor> one, List<Actor> other) {
        return new ExecutionScenario(before, List.of(one, other), List.of(), cacheActor("slotsAndCacheAgree"));
    }

    private static Actor cacheActor(String operation, Integer... block) {
        for (Method method : CachedBlockReads.class.getMethods()) {
            if (method.getName().equals(operation)) {
                return new Actor(method, List.of(block));
            }
        }
        throw new IllegalArgumentException("operation: " + operation);
    }

    /**
     * A memtable as its contract has it: one writer, which publishes a sequence number once its operation is in, and
     * readers without locks, which take that number before they enter.
     */
    @Param(name = "key", gen = IntGen.class, conf = "0:3")
    public static class MemtableReads {
        private final Memtable memtable = new Memtable();
        private volatile long published;

        private static byte[] bytes(int key) {
            return ("key" + key).getBytes(StandardCharsets.US_ASCII);
        }

        private void write(Op op, byte[] key, byte[] value) {
            byte[] encoded = new byte[OpCodec.HEADER_BYTES + key.length + value.length];
            OpCodec.setTs(encoded, 0, 0);
            OpCodec.setExpireAt(encoded, 0, Long.MAX_VALUE);
            OpCodec.encode(encoded, 0, op, key, value);
            long seqno = published + 1;
            memtable.add(encoded, 0, seqno);
            published = seqno;
        }

        /** Puts a record. */
        @Operation(nonParallelGroup = "writer")
        public void put(@Param(name = "key") int key, @Param(gen = IntGen.class, conf = "1:9") int value) {
            write(Op.PUT, bytes(key), new byte[] {(byte) value});
        }

        /** Deletes a record. */
        @Operation(nonParallelGroup = "writer")
        public void delete(@Param(name = "key") int key) {
            write(Op.DELETE, bytes(key), new byte[0]);
        }

        /** Deletes every record from the key on. */
        @Operation(nonParallelGroup = "writer")
        public void deleteFrom(@Param(name = "key") int key) {
            write(Op.DELETE_RANGE, bytes(key), bytes(9));
        }

        /** The value of a key, 0 if there is none. */
        @Operation
        public int get(@Param(name = "key") int key) {
            long atMost = published;
            int node = memtable.find(bytes(key), 0, atMost);
            if (node == 0) {
                return 0;
            }
            PointLookup found = new PointLookup();
            memtable.show(node, found);
            long hidden = memtable.tombstones().covering(bytes(key), 0, bytes(key).length, atMost);
            return found.isAlive(0, hidden) ? found.value()[0] : 0;
        }

        /** All keys and values, in order. */
        @Operation
        public String scan() {
            long atMost = published;
            StringBuilder found = new StringBuilder();
            InternalCursor cursor = memtable.cursor();
            int shown = -1;
            for (cursor.first(); cursor.valid(); cursor.next()) {
                int key = cursor.entry().keyArray()[cursor.entry().keyOffset() + 3] - '0';
                if (cursor.entry().seqno() <= atMost && key != shown) {
                    shown = key;
                    byte[] name = bytes(key);
                    long hidden = memtable.tombstones().covering(name, 0, name.length, atMost);
                    if (cursor.entry().op() == Op.PUT.code() && cursor.entry().seqno() > hidden) {
                        show(
                                found,
                                key,
                                cursor.entry().valueArray()[cursor.entry().valueOffset()]);
                    }
                }
            }
            return found.toString();
        }
    }

    private static void show(StringBuilder to, int key, int value) {
        to.append(key).append('=').append(value).append(' ');
    }

    /** What a memtable is. */
    public static class SortedMap {
        private final TreeMap<Integer, Integer> map = new TreeMap<>();

        /** As {@link MemtableReads}. */
        public void put(int key, int value) {
            map.put(key, value);
        }

        /** As {@link MemtableReads}. */
        public void delete(int key) {
            map.remove(key);
        }

        /** As {@link MemtableReads}. */
        public void deleteFrom(int key) {
            map.tailMap(key).clear();
        }

        /** As {@link MemtableReads}. */
        public int get(int key) {
            return map.getOrDefault(key, 0);
        }

        /** As {@link MemtableReads}. */
        public String scan() {
            StringBuilder found = new StringBuilder();
            map.forEach((key, value) -> show(found, key, value));
            return found.toString();
        }
    }

    /** What reads of blocks give, as {@link CachedBlockReads}: the block asked for, whatever the cache lets go of. */
    public static class Blocks {
        /** As {@link CachedBlockReads#read}. */
        public int read(int number) {
            return number;
        }

        /** As {@link CachedBlockReads#add}. */
        public void add(int number) {}

        /** As {@link CachedBlockReads#clear}. */
        public void clear() {}
    }
}
