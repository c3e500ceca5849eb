package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.error.InvalidQueryException;
import io.flowdb.error.ReadOnlyTransactionException;
import io.flowdb.internal.json.DocumentCodec;
import io.flowdb.internal.json.KeyReader;
import io.flowdb.internal.json.KeyWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * T-64: cursor walks equal a sorted list, for all directions and ranges, on stores and indexes; ranges equal their own
 * filter.
 */
class CursorLawTest {
    private record Entry(Object key, Object primaryKey) {}

    private static int compare(Object a, Object b) {
        return compareValues(a, b);
    }

    private static int order(Entry a, Entry b) {
        int keys = compare(a.key, b.key);
        return keys != 0 ? keys : compare(a.primaryKey, b.primaryKey);
    }

    /** The order of keys as the documentation states it, on Java values. */
    private static int compareValues(Object a, Object b) {
        int kinds = Integer.compare(kind(a), kind(b));
        if (kinds != 0 || a == null || a instanceof Boolean) {
            return kinds;
        }
        if (a instanceof Number) {
            return new BigDecimal(a.toString()).compareTo(new BigDecimal(b.toString()));
        }
        if (a instanceof String text) {
            return text.compareTo((String) b);
        }
        List<?> left = (List<?>) a;
        List<?> right = (List<?>) b;
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            int elements = compareValues(left.get(i), right.get(i));
            if (elements != 0) {
                return elements;
            }
        }
        return Integer.compare(left.size(), right.size());
    }

    private static int kind(Object value) {
        if (value instanceof Boolean truth) {
            return truth ? 2 : 1;
        }
        return value == null ? 0 : value instanceof Number ? 3 : value instanceof String ? 4 : 5;
    }

    private static boolean includes(KeyRange range, Object key) {
        Object lower = range.lower();
        Object upper = range.upper();
        boolean isNullOnly = !range.lowerOpen() && lower == null && upper == null && !range.includes("a");
        if (isNullOnly) {
            return key == null;
        }
        return (lower == null || compareValues(lower, key) < (range.lowerOpen() ? 0 : 1))
                && (upper == null || compareValues(key, upper) < (range.upperOpen() ? 0 : 1));
    }

    private static final StoreSchema SCHEMA = StoreSchema.of("s", "id")
            .withIndex("v", "v")
            .withIndex("vw", "v", "w")
            .withUniqueIndex("u", "u")
            .withMultiEntryIndex("m", "m");

    @Test
    void walks_randomDataRangesAndDirections_equalTheSortedList() {
        long base = Long.getLong("flowdb.test.seed", System.nanoTime());
        System.out.println("walks_randomDataRangesAndDirections_equalTheSortedList seed " + base);
        for (int round = 0; round < 40; round++) {
            Random random = new Random(base + round);
            MemoryStore store = new MemoryStore();
            JsonDB db = JsonDB.on(store);
            db.createObjectStore(SCHEMA);
            Map<String, List<Entry>> expected = new LinkedHashMap<>();
            try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s")) {
                boolean inTransaction = random.nextBoolean();
                fill(random, inTransaction ? t : db, expected, () -> {});
                DocumentOperations operations = inTransaction ? t : db;
                for (int i = 0; i < 60; i++) {
                    checkWalk(base + round, random, operations, expected);
                }
            }
            assertThat(store.openSnapshots.get()).as("snapshots left open").isZero();
        }
    }

    /** The same over data in the memtable, in tables, and in both. */
    @Test
    void walks_onTheEngine_equalTheSortedList() {
        long base = Long.getLong("flowdb.test.seed", System.nanoTime());
        System.out.println("walks_onTheEngine_equalTheSortedList seed " + base);
        for (int round = 0; round < 9; round++) {
            Random random = new Random(base + round);
            int placement = round % 3;
            try (JsonDB db = JsonDB.open(Config.builder().inMemory(true).build())) {
                db.createObjectStore(SCHEMA);
                Engine engine = db.engine().orElseThrow();
                Map<String, List<Entry>> expected = new LinkedHashMap<>();
                fill(random, db, expected, () -> {
                    if (placement > 0 && random.nextInt(8) == 0) {
                        engine.flush();
                    }
                });
                if (placement == 2) {
                    engine.flush();
                    engine.compact();
                }
                for (int i = 0; i < 60; i++) {
                    checkWalk(base + round, random, db, expected);
                }
                try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s")) {
                    for (int i = 0; i < 30; i++) {
                        checkWalk(base + round, random, t, expected);
                    }
                }
            }
        }
    }

    private static Object value(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> random.nextBoolean();
            case 1 -> random.nextInt(4) + 0.5;
            case 2 -> List.of((long) random.nextInt(2));
            case 3 -> List.of(1L, random.nextBoolean() ? "x" : List.of());
            case 4, 5 ->
                List.of("", "t0", "t1", "t\ud800", "t\ue000", "t\ud83d\ude00").get(random.nextInt(6));
            default -> (long) random.nextInt(5) - 1;
        };
    }

    private static void fill(
            Random random, DocumentOperations db, Map<String, List<Entry>> expected, Runnable afterPut) {
        for (String name : List.of("", "v", "vw", "u", "m")) {
            expected.put(name, new ArrayList<>());
        }
        List<Object> ids = new ArrayList<>(List.of(true, "", -2.5, List.of(), List.of(3L), List.of(3L, "a")));
        for (int i = 0; i < 22; i++) {
            ids.add(random.nextBoolean() ? (Object) (long) i : "k" + i);
        }
        Collections.shuffle(ids, random);
        for (Object id : ids) {
            Object v = random.nextInt(8) == 0 ? null : value(random);
            long w = random.nextInt(3);
            long m = random.nextInt(3);
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("id", id);
            document.put("v", v);
            document.put("w", w);
            document.put("u", id);
            document.put("m", List.of(m, m + 1, m));
            db.put("s", DocumentCodec.MAPPER.valueToTree(document));
            afterPut.run();
            expected.get("").add(new Entry(id, id));
            expected.get("v").add(new Entry(v, id));
            expected.get("vw").add(new Entry(Arrays.asList(v, w), id));
            expected.get("u").add(new Entry(id, id));
            expected.get("m").add(new Entry(m, id));
            expected.get("m").add(new Entry(m + 1, id));
        }
        expected.values().forEach(entries -> entries.sort(CursorLawTest::order));
    }

    private static Object bound(Random random, String index) {
        Object single = random.nextInt(4) == 0
                ? "k" + random.nextInt(25)
                : index.isEmpty() || index.equals("u") ? (Object) (long) random.nextInt(25) : value(random);
        if (!index.equals("vw")) {
            return single;
        }
        return switch (random.nextInt(5)) {
            case 0 -> List.of(single);
            case 1 -> single;
            case 2 -> List.of(single, 1L, 2L);
            default -> List.of(single, (long) random.nextInt(3));
        };
    }

    private static KeyRange range(Random random, String index) {
        return switch (random.nextInt(5)) {
            case 0 -> KeyRange.all();
            case 1 -> KeyRange.only(bound(random, index));
            case 2 -> KeyRange.lowerBound(bound(random, index), random.nextBoolean());
            case 3 -> KeyRange.upperBound(bound(random, index), random.nextBoolean());
            default ->
                KeyRange.bound(bound(random, index), bound(random, index), random.nextBoolean(), random.nextBoolean());
        };
    }

    private void checkWalk(long seed, Random random, DocumentOperations db, Map<String, List<Entry>> expected) {
        String index = new ArrayList<>(expected.keySet()).get(random.nextInt(expected.size()));
        KeyRange range = range(random, index);
        CursorDirection direction = CursorDirection.values()[random.nextInt(4)];
        List<Entry> list = new ArrayList<>(expected.get(index));
        list.removeIf(entry -> !includes(range, entry.key));
        expected.get(index)
                .forEach(entry -> assertThat(range.includes(entry.key)).isEqualTo(includes(range, entry.key)));
        if (direction.unique()) {
            Map<Object, Entry> first = new LinkedHashMap<>();
            list.forEach(entry -> first.putIfAbsent(entry.key, entry));
            list = new ArrayList<>(first.values());
        }
        if (direction.reverse()) {
            Collections.reverse(list);
        }
        String what = "seed " + seed + " index '" + index + "' range " + range + " direction " + direction;
        try (JsonCursor cursor =
                index.isEmpty() ? db.openCursor("s", range, direction) : db.openCursor("s", index, range, direction)) {
            int position = -1;
            while (true) {
                int step = 1;
                boolean found;
                int kind = random.nextInt(8);
                if (kind == 0) {
                    step = 1 + random.nextInt(3);
                    found = cursor.advance(step);
                } else if (kind == 1
                        && position + 2 < list.size()
                        && list.get(position + 2).key != null
                        && compare(list.get(position + 2).key, position < 0 ? "" : list.get(position).key) != 0
                        && (position < 0 || compare(list.get(position + 2).key, list.get(position).key) != 0)) {
                    Object key = list.get(position + 2).key;
                    while (compare(list.get(position + step).key, key) != 0) {
                        step++;
                    }
                    found = cursor.continueTo(key);
                } else if (kind == 2 && !index.isEmpty() && !direction.unique() && position + 2 < list.size()) {
                    step = 2;
                    found = cursor.continuePrimaryKey(list.get(position + 2).key, list.get(position + 2).primaryKey);
                } else {
                    found = cursor.next();
                }
                position += step;
                assertThat(found).as(what + " position " + position).isEqualTo(position < list.size());
                if (!found) {
                    break;
                }
                assertThat(new Entry(cursor.key(), cursor.primaryKey()))
                        .as(what)
                        .isEqualTo(list.get(position));
            }
        }
        List<Object> keys = new ArrayList<>();
        if (index.isEmpty()) {
            List<Object> all = expected.get("").stream()
                    .map(Entry::key)
                    .filter(key -> includes(range, key))
                    .toList();
            assertThat(db.getAllKeys("s", range, 100)).as(what).isEqualTo(all);
            assertThat(db.count("s", range)).as(what).isEqualTo(all.size());
            try (DocumentScan scan = db.scan("s", range, true)) {
                scan.forEachRemaining(document -> keys.add(document.key()));
            }
            Collections.reverse(keys);
            assertThat(keys).as(what).isEqualTo(all);
        } else {
            List<Object> all = expected.get(index).stream()
                    .filter(entry -> includes(range, entry.key))
                    .map(Entry::primaryKey)
                    .distinct()
                    .toList();
            db.getByIndex("s", index, range).forEach(d -> keys.add(KeyReader.decode(KeyWriter.encode(d.get("id")))));
            assertThat(keys).as(what).isEqualTo(all);
        }
    }

    @Test
    void cursor_inTransaction_updatesDeletesAndSeesOwnWrites() {
        JsonDB db = JsonDB.on(new MemoryStore());
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
        for (int i = 0; i < 5; i++) {
            db.put("s", AbstractJsonDbTest.json("{'id':" + i + ",'v':1}"));
        }
        db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), t -> {
            try (JsonCursor cursor = t.openCursor("s", KeyRange.all(), CursorDirection.NEXT)) {
                List<Object> seen = new ArrayList<>();
                while (cursor.next()) {
                    seen.add(cursor.key());
                    if (cursor.key().equals(1L)) {
                        cursor.update(AbstractJsonDbTest.json("{'id':1,'v':2}"));
                        t.delete("s", 2);
                        t.put("s", AbstractJsonDbTest.json("{'id':9}"));
                    } else if (cursor.key().equals(3L)) {
                        cursor.delete();
                    }
                }
                assertThat(seen).containsExactly(0L, 1L, 3L, 4L, 9L);
            }
            return null;
        });
        assertThat(db.getAllKeys("s", KeyRange.all(), 9)).containsExactly(0L, 1L, 4L, 9L);
        assertThat(db.getByIndex("s", "v", 2)).hasSize(1);
        assertThat(db.verifyIndexes("s").isClean()).isTrue();
    }

    @Test
    void cursor_outsideTransaction_staysOnItsStateAndIsReadOnly() {
        JsonDB db = JsonDB.on(new MemoryStore());
        db.createObjectStore("s", "id");
        db.put("s", AbstractJsonDbTest.json("{'id':1}"));
        db.put("s", AbstractJsonDbTest.json("{'id':2}"));
        try (JsonCursor cursor = db.openCursor("s", KeyRange.all(), CursorDirection.NEXT)) {
            db.put("s", AbstractJsonDbTest.json("{'id':3}"));
            db.delete("s", 2);
            assertThat(cursor.next()).isTrue();
            assertThatThrownBy(cursor::delete).isInstanceOf(ReadOnlyTransactionException.class);
            assertThatThrownBy(() -> cursor.continueTo(1)).isInstanceOf(InvalidQueryException.class);
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.value()).isEqualTo(AbstractJsonDbTest.json("{'id':2}"));
            assertThat(cursor.next()).isFalse();
            assertThat(cursor.next()).isFalse();
        }
    }
}
