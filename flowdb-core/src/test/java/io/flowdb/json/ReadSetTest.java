package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flowdb.Preconditions;
import io.flowdb.StoreCursor;
import io.flowdb.StoreReader;
import io.flowdb.WriteBatch;
import io.flowdb.WriteOptions;
import io.flowdb.error.ConflictException;
import io.flowdb.error.LimitExceededException;
import io.flowdb.internal.json.DocumentCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a transaction has read, as it is held until the commit. Each walk stayed until then, with its cursor, and no
 * limit counted it: a cursor that visited 300,000 index keys backwards held 484 MiB.
 */
class ReadSetTest {
    private static final int KEYS = 64;

    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
    private final Random random = new Random(seed);

    private static byte[] key(int number) {
        return new byte[] {(byte) number};
    }

    private static MemoryStore storeOfEvenKeys() {
        MemoryStore store = new MemoryStore();
        WriteBatch batch = new WriteBatch();
        for (int i = 0; i < KEYS; i += 2) {
            batch.put(key(i), new byte[0]);
        }
        store.commit(batch, Preconditions.NONE, WriteOptions.DEFAULT);
        return store;
    }

    /** Walks some way and returns the numbers that the walk tells something about. */
    private List<Integer> walk(ReadSet reads, StoreReader reader, List<StoreCursor> open) {
        int start = random.nextInt(KEYS);
        int end = start + random.nextInt(12);
        boolean reverse = random.nextBoolean();
        StoreCursor cursor = reads.walk(reader.scan(key(start), key(end), reverse), key(start), key(end), reverse);
        int steps = random.nextInt(8);
        List<Integer> told = new ArrayList<>();
        int last = -1;
        boolean ended = false;
        for (int i = 0; i < steps && !ended; i++) {
            ended = !cursor.next();
            last = ended ? last : cursor.key()[0];
        }
        for (int i = start; i < end; i++) {
            if (ended || (last >= 0 && (reverse ? i >= last : i <= last))) {
                told.add(i);
            }
        }
        if (random.nextInt(4) == 0) {
            open.add(cursor);
        } else {
            cursor.close();
        }
        return told;
    }

    /** Whatever was read is checked once, and nothing else is. */
    @Test
    void preconditions_ofRandomReads_areTheUnionOfThem() {
        StoreReader reader = storeOfEvenKeys().latest();
        for (int round = 0; round < 2_000; round++) {
            ReadSet reads = new ReadSet();
            TreeSet<Integer> expected = new TreeSet<>();
            List<StoreCursor> open = new ArrayList<>();
            for (int i = random.nextInt(12); i > 0; i--) {
                if (random.nextInt(3) == 0) {
                    int number = random.nextInt(KEYS);
                    reads.add(key(number));
                    expected.add(number);
                } else {
                    expected.addAll(walk(reads, reader, open));
                }
            }
            Preconditions preconditions = Preconditions.since(reader);
            reads.addTo(preconditions, key -> false);
            List<Integer> checked = new ArrayList<>();
            preconditions.keys().forEach(key -> checked.add((int) key[0]));
            for (int i = 0; i < 2 * KEYS; i++) {
                for (Preconditions.Range range : preconditions.ranges()) {
                    if (Arrays.compareUnsigned(range.start(), key(i)) <= 0
                            && Arrays.compareUnsigned(key(i), range.end()) < 0) {
                        checked.add(i);
                    }
                }
            }
            assertThat(checked).as("seed %s round %s", seed, round).containsExactlyInAnyOrderElementsOf(expected);
            if (expected.isEmpty()) {
                assertThat(reads.bytes()).as("seed %s round %s", seed, round).isZero();
            }
        }
    }

    @Test
    void ranges_thatMeet_takeTheMemoryOfOne() {
        StoreReader reader = storeOfEvenKeys().latest();
        ReadSet reads = new ReadSet();
        reads.add(key(7));
        for (int i = 0; i < KEYS; i += 2) {
            try (StoreCursor cursor = reads.walk(reader.scan(key(i), key(i + 2), false), key(i), key(i + 2), false)) {
                assertThat(cursor.next()).isTrue();
                assertThat(cursor.next()).isFalse();
            }
        }
        long one = reads.bytes();
        assertThat(one).isPositive().isLessThan(200);
        reads.add(key(9));
        assertThat(reads.bytes()).isEqualTo(one);
    }

    private static JsonDB fill(int documents) {
        JsonLimits limits = JsonLimits.DEFAULT.withMaxTransactionBytes(64 << 10);
        JsonDB db = JsonDB.on(new MemoryStore(), limits);
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("by_v", "v"));
        List<ObjectNode> all = new ArrayList<>();
        for (int i = 0; i < documents; i++) {
            all.add(DocumentCodec.MAPPER.createObjectNode().put("id", i).put("v", i));
        }
        db.putAll("s", all);
        return db;
    }

    /** Each of its steps is two walks. */
    @Test
    void backwardUniqueWalk_overMoreKeysThanTheLimitHasRoomFor_isOneRange() {
        try (JsonDB db = fill(3_000);
                JsonTransaction transaction = db.transaction(TransactionMode.READ_WRITE, "s")) {
            int met = 0;
            try (JsonCursor cursor = transaction.openCursor("s", "by_v", KeyRange.all(), CursorDirection.PREVUNIQUE)) {
                while (cursor.next()) {
                    met++;
                }
            }
            assertThat(met).isEqualTo(3_000);
            transaction.put("s", DocumentCodec.MAPPER.createObjectNode().put("id", -1));
            db.put("s", DocumentCodec.MAPPER.createObjectNode().put("id", 1).put("v", 1.5));
            assertThatExceptionOfType(ConflictException.class).isThrownBy(transaction::commit);
        }
    }

    @Test
    void reads_ofMoreKeysOrRangesThanTheLimitHasRoomFor_areRefused() {
        try (JsonDB db = fill(3_000)) {
            try (JsonTransaction transaction = db.transaction(TransactionMode.READ_WRITE, "s")) {
                assertThatExceptionOfType(LimitExceededException.class)
                        .isThrownBy(() -> {
                            for (int i = 0; i < 3_000; i++) {
                                transaction.exists("s", i);
                            }
                        })
                        .satisfies(e -> assertThat(e.limitName()).isEqualTo("transaction bytes"));
            }
            try (JsonTransaction transaction = db.transaction(TransactionMode.READ_WRITE, "s")) {
                assertThatExceptionOfType(LimitExceededException.class).isThrownBy(() -> {
                    for (int i = 0; i < 3_000; i++) {
                        transaction.getByIndex("s", "by_v", (Object) i);
                    }
                });
            }
            try (JsonTransaction transaction = db.transaction(TransactionMode.READ_ONLY, "s")) {
                for (int i = 0; i < 3_000; i++) {
                    assertThat(transaction.getByIndex("s", "by_v", (Object) i)).hasSize(1);
                }
            }
        }
    }

    /** The store whose read has no room, which is not the one that took it. The error named none. */
    @Test
    void readThatIsRefused_namesItsStore() {
        List<Consumer<JsonTransaction>> reads = List.of(
                t -> t.get("other", 1),
                t -> t.exists("other", 1),
                t -> t.getAllKeys("other", KeyRange.all(), 1),
                t -> t.getByIndex("other", "by_w", (Object) 1),
                t -> t.getByIndex("other", "by_u", (Object) 1),
                t -> t.query("other").whereEq("w", 1).count(),
                t -> t.delete("other", 5));
        try (JsonDB db = fill(3_000)) {
            db.createObjectStore(
                    StoreSchema.of("other", "id").withIndex("by_w", "w").withUniqueIndex("by_u", "u"));
            for (Consumer<JsonTransaction> read : reads) {
                try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s", "other")) {
                    assertThatExceptionOfType(LimitExceededException.class)
                            .isThrownBy(() -> {
                                for (int i = 0; i < 3_000; i++) {
                                    t.exists("s", i);
                                }
                            })
                            .satisfies(e -> assertThat(e.store()).isEqualTo("s"));
                    assertThatExceptionOfType(LimitExceededException.class)
                            .isThrownBy(() -> read.accept(t))
                            .withMessageContaining("(store 'other')")
                            .satisfies(e -> assertThat(e.store()).isEqualTo("other"));
                }
            }
        }
    }
}
