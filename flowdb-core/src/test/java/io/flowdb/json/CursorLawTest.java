package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.InvalidQueryException;
import io.flowdb.error.ReadOnlyTransactionException;
import io.flowdb.internal.json.KeyWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Cursor walks equal a sorted list, for all directions and ranges, on stores and indexes; ranges equal their own filter. */
class CursorLawTest {
    private record Entry(Object key, Object primaryKey) {}

    private static int compare(Object a, Object b) {
        return Arrays.compareUnsigned(KeyWriter.encode(a), KeyWriter.encode(b));
    }

    private static int order(Entry a, Entry b) {
        int keys = compare(a.key, b.key);
        return keys != 0 ? keys : compare(a.primaryKey, b.primaryKey);
    }

    @Test
    void walks_randomDataRangesAndDirections_equalTheSortedList() {
        long base = System.nanoTime();
        System.out.println("walks_randomDataRangesAndDirections_equalTheSortedList seed " + base);
        for (int round = 0; round < 40; round++) {
            Random random = new Random(base + round);
            MemoryStore store = new MemoryStore();
            JsonDB db = JsonDB.on(store);
            db.createObjectStore(StoreSchema.of("s", "id")
                    .withIndex("v", "v")
                    .withIndex("vw", "v", "w")
                    .withUniqueIndex("u", "u")
                    .withMultiEntryIndex("m", "m"));
            Map<String, List<Entry>> expected = new LinkedHashMap<>();
            try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s")) {
                boolean inTransaction = random.nextBoolean();
                fill(random, inTransaction ? t : db, expected);
                DocumentOperations operations = inTransaction ? t : db;
                for (int i = 0; i < 60; i++) {
                    checkWalk(base + round, random, operations, expected);
                }
            }
            assertThat(store.openSnapshots.get()).as("snapshots left open").isZero();
        }
    }

    private static void fill(Random random, DocumentOperations db, Map<String, List<Entry>> expected) {
        for (String name : List.of("", "v", "vw", "u", "m")) {
            expected.put(name, new ArrayList<>());
        }
        List<Object> ids = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            ids.add(random.nextBoolean() ? (Object) (long) i : "k" + i);
        }
        Collections.shuffle(ids, random);
        for (Object id : ids) {
            Object v = random.nextInt(4) == 0 ? "t" + random.nextInt(2) : (Object) (long) random.nextInt(4);
            long w = random.nextInt(3);
            long m = random.nextInt(3);
            String quotedId = id instanceof String ? "'" + id + "'" : id.toString();
            String quotedV = v instanceof String ? "'" + v + "'" : v.toString();
            db.put(
                    "s",
                    AbstractJsonDbTest.json("{'id':" + quotedId + ",'v':" + quotedV + ",'w':" + w + ",'u':" + quotedId
                            + ",'m':[" + m + "," + (m + 1) + "," + m + "]}"));
            expected.get("").add(new Entry(id, id));
            expected.get("v").add(new Entry(v, id));
            expected.get("vw").add(new Entry(List.of(v, w), id));
            expected.get("u").add(new Entry(id, id));
            expected.get("m").add(new Entry(m, id));
            expected.get("m").add(new Entry(m + 1, id));
        }
        expected.values().forEach(entries -> entries.sort(CursorLawTest::order));
    }

    private static Object bound(Random random, String index) {
        Object single = switch (random.nextInt(4)) {
            case 0 -> "t" + random.nextInt(3);
            case 1 -> "k" + random.nextInt(25);
            default -> (long) random.nextInt(index.isEmpty() || index.equals("u") ? 25 : 5);
        };
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
        list.removeIf(entry -> !range.includes(entry.key));
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
                    .filter(range::includes)
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
                    .filter(entry -> range.includes(entry.key))
                    .map(Entry::primaryKey)
                    .distinct()
                    .toList();
            db.getByIndex("s", index, range)
                    .forEach(d -> keys.add(
                            d.get("id").isString()
                                    ? d.get("id").stringValue()
                                    : (Object) d.get("id").longValue()));
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
        assertThat(db.verifyIndexes("s").ok()).isTrue();
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
