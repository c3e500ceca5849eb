package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.RecordNotFoundException;
import io.flowdb.internal.base.Keys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Versions, deletes and queries: the acceptance cases T-01 to T-14, in every state of the database and by every form of
 * read.
 */
class EngineVersionsTest {
    private static final long HOUR = TimeUnit.HOURS.toMicros(1);
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());

    private static FlowRecord record(String key, long ts, String value) {
        return FlowRecord.of(key, ts, value);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** T-01. */
    @Test
    void get_twoVersionsOfAKey_givesEachAndTheLaterAsLatest() {
        new EngineScenario()
                .put("k", 2, "b")
                .put("k", 1, "a")
                .lacks("k", 3)
                .step(e ->
                        assertThat(e.getLatest("k").orElseThrow().valueText()).isEqualTo("b"))
                .leaves(record("k", 1, "a"), record("k", 2, "b"));
    }

    /** T-01: any number is a ts, and negative ones come first. */
    @Test
    void get_extremeTimes_areOrderedAsSignedNumbers() {
        new EngineScenario()
                .put("k", Long.MAX_VALUE, "last")
                .put("k", -1, "before")
                .put("k", Long.MIN_VALUE, "first")
                .put("k", 0, "epoch")
                .leaves(
                        record("k", Long.MIN_VALUE, "first"),
                        record("k", -1, "before"),
                        record("k", 0, "epoch"),
                        record("k", Long.MAX_VALUE, "last"));
    }

    /** T-02 with a flush between the two, T-03 without. */
    @Test
    void write_sameVersionAgain_replacesItEverywhere() {
        new EngineScenario().put("k", 1, "v1").put("k", 1, "v2").leaves(record("k", 1, "v2"));
        new EngineScenario()
                .put("k", 1, "v1")
                .put("k", 2, "other")
                .put("k", 1, "v2")
                .put("k", 1, "v3")
                .leaves(record("k", 1, "v3"), record("k", 2, "other"));
    }

    /** T-03: of one batch the later operation wins. */
    @Test
    void write_sameVersionTwiceInOneBatch_keepsTheLater() {
        new EngineScenario()
                .step(e -> e.writeBatch(List.of(record("k", 1, "v1"), record("k", 1, "v2"))))
                .step(e -> e.write(new WriteBatch()
                        .put(record("m", 1, "x"))
                        .delete(bytes("m"), 1)
                        .deleteRange(bytes("n"), bytes("o"))
                        .put(record("n", 1, "put after the range"))
                        .put(record("p", 1, "put before the range"))
                        .deleteRange(bytes("p"), bytes("q"))))
                .lacks("m", 1)
                .lacks("p", 1)
                .leaves(record("k", 1, "v2"), record("n", 1, "put after the range"));
    }

    /** T-04. */
    @Test
    void delete_versionThatExists_hidesItForGood() {
        new EngineScenario()
                .put("k", 1, "v1")
                .put("k", 2, "v2")
                .put("l", 0, "w")
                .step(e -> e.delete("k", 2))
                .step(e -> e.delete("l", 0))
                .lacks("k", 2)
                .lacks("l", 0)
                .leaves(record("k", 1, "v1"));
    }

    /** T-04: what is written after a delete is there, what was before stays away. */
    @Test
    void write_afterDelete_isFound() {
        new EngineScenario()
                .put("k", 1, "old")
                .step(e -> e.delete("k", 1))
                .put("k", 1, "new")
                .step(e -> e.deleteRange("l", "m"))
                .put("l", 1, "kept")
                .leaves(record("k", 1, "new"), record("l", 1, "kept"));
    }

    /** T-05. */
    @Test
    void delete_versionThatDoesNotExist_hasNoEffect() {
        new EngineScenario()
                .put("k", 1, "v")
                .step(e -> e.delete("k", 2))
                .step(e -> e.delete("j", 1))
                .step(e -> e.deleteRange("x", "z"))
                .step(e -> e.deleteRange("z", "a"))
                .step(e -> e.deleteRange("k", "k"))
                .step(e -> e.writeBatch(List.of()))
                .step(e -> e.deleteBatch(List.of()))
                .step(e -> e.write(new WriteBatch()))
                .lacks("k", 2)
                .lacks("j", 1)
                .leaves(record("k", 1, "v"));
    }

    /** T-05: an empty batch takes no sequence number. */
    @Test
    void write_emptyBatch_leavesSequenceNumberAlone() {
        new EngineScenario()
                .put("k", 1, "v")
                .step(e -> {
                    long before = e.lastSeqno();
                    e.write(new WriteBatch());
                    e.writeBatch(List.of(), Duration.ofSeconds(1));
                    assertThat(e.lastSeqno()).isEqualTo(before);
                })
                .leaves(record("k", 1, "v"));
    }

    /** T-06. */
    @Test
    void deleteRange_startInclusiveEndExclusive_hidesExactlyThat() {
        new EngineScenario()
                .put("a", 5, "1")
                .put("b", 5, "2")
                .put("bb", 5, "2")
                .put("c", 5, "3")
                .put("c", 6, "3")
                .put("c", 0, "3")
                .put("d", 5, "4")
                .step(e -> e.deleteRange("b", "d"))
                .lacks("b", 5)
                .lacks("bb", 5)
                .lacks("c", 5)
                .lacks("c", 6)
                .lacks("c", 0)
                .leaves(record("a", 5, "1"), record("d", 5, "4"));
    }

    /** T-06: overlapping ranges, and records written between them. */
    @Test
    void deleteRange_overlappingWithWritesBetween_hidesWhatIsOlder() {
        new EngineScenario()
                .put("a", 1, "1")
                .put("m", 1, "1")
                .step(e -> e.deleteRange("a", "n"))
                .put("b", 1, "2")
                .put("m", 1, "2")
                .step(e -> e.deleteRange("l", "z"))
                .put("m", 2, "3")
                .lacks("a", 1)
                .lacks("m", 1)
                .leaves(record("b", 1, "2"), record("m", 2, "3"));
    }

    /** T-06: a range over everything, its end above every key. */
    @Test
    void deleteRange_wholeKeySpace_leavesNothing() {
        byte[] last = new byte[FlowRecord.MAX_KEY_BYTES];
        Arrays.fill(last, (byte) 0xff);
        new EngineScenario()
                .put("a", 1, "1")
                .step(e -> e.write(FlowRecord.of(last, 1, bytes("last"))))
                .step(e -> e.deleteRange(new byte[0], Keys.successor(last)))
                .lacks("a", 1)
                .leaves();
    }

    /** T-10. */
    @Test
    void query_timeRange_bothBoundsInclusive() {
        EngineScenario scenario = new EngineScenario();
        List<FlowRecord> expected = new ArrayList<>();
        for (int hour = 0; hour <= 10; hour++) {
            FlowRecord record = record("sensor", hour * HOUR, "hour " + hour);
            scenario.step(e -> e.write(record));
            expected.add(record);
        }
        scenario.step(e -> assertThat(e.query(Query.timeRange(5 * HOUR, 6 * HOUR)))
                        .extracting(FlowRecord::valueText)
                        .containsExactly("hour 5", "hour 6"))
                .leaves(expected.toArray(FlowRecord[]::new));
    }

    /** T-12. */
    @Test
    void query_keysOfAnyBytes_areFoundInUnsignedOrder() {
        List<byte[]> keys = new ArrayList<>();
        for (String hex :
                List.of("00", "0000", "7f", "80", "f0", "f09f9880", "fe", "feff", "ff", "ff00", "ffff", "ffffff")) {
            keys.add(HexFormat.of().parseHex(hex));
        }
        for (String text : List.of("~", "~~", "\ud83d\ude00", "\ud83d\ude00x", "\u00e9", "z", " ")) {
            keys.add(bytes(text));
        }
        EngineScenario scenario = new EngineScenario();
        List<FlowRecord> expected = new ArrayList<>();
        for (byte[] key : keys.stream().distinct().toList()) {
            if (expected.stream().noneMatch(r -> Arrays.equals(r.key(), key))) {
                FlowRecord record = FlowRecord.of(key, 0, bytes("v" + Keys.show(key)));
                scenario.step(e -> e.write(record));
                expected.add(record);
            }
        }
        scenario.leaves(expected.toArray(FlowRecord[]::new));
    }

    /** T-13. */
    @Test
    void query_startAboveEnd_isEmpty() {
        new EngineScenario()
                .put("a", 1, "1")
                .put("b", 2, "2")
                .step(e -> {
                    for (Query query : List.of(
                            Query.keyRange("b", "a"),
                            Query.timeRange(2, 1),
                            Query.timeRange(Long.MAX_VALUE, Long.MIN_VALUE),
                            Query.all().fromTs(Long.MAX_VALUE, false),
                            Query.all().toTs(Long.MIN_VALUE, false),
                            Query.all().fromKey(bytes("b"), false).toKey(bytes("b"), false),
                            Query.all().fromKey(bytes("b"), true).toKey(bytes("b"), false),
                            Query.all().limit(0))) {
                        assertThat(e.query(query)).as("%s", query).isEmpty();
                        assertThat(e.query(query.reverse()))
                                .as("%s reversed", query)
                                .isEmpty();
                    }
                })
                .leaves(record("a", 1, "1"), record("b", 2, "2"));
    }

    /** T-34: lengths at the limits. */
    @Test
    void write_longestKeyAndEmptyValue_areStored() {
        byte[] longest = new byte[65_535];
        new Random(1).nextBytes(longest);
        new EngineScenario()
                .step(e -> e.write(FlowRecord.of(longest, 3, new byte[0])))
                .step(e -> e.write(FlowRecord.of(new byte[] {0}, 3, new byte[0])))
                .leaves(FlowRecord.of(longest, 3, new byte[0]), FlowRecord.of(new byte[] {0}, 3, new byte[0]));
    }

    /** T-34: a key that is too long is refused and the log stays sound. */
    @ParameterizedTest
    @ValueSource(ints = {0, 65_536, 1 << 20})
    void write_keyOfForbiddenLength_isRefusedAndNothingIsLost(int length) {
        byte[] key = new byte[length];
        new EngineScenario()
                .put("a", 1, "1")
                .step(e -> {
                    assertThatThrownBy(() -> e.write(FlowRecord.of(key, 1, bytes("v"))))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("key length = " + length);
                    assertThatThrownBy(() -> e.delete(key, 1)).isInstanceOf(IllegalArgumentException.class);
                    assertThatThrownBy(() -> e.get(key, 1)).isInstanceOf(IllegalArgumentException.class);
                })
                .put("b", 1, "2")
                .leaves(record("a", 1, "1"), record("b", 1, "2"));
    }

    private enum Bound {
        UNBOUNDED,
        INCLUSIVE,
        EXCLUSIVE
    }

    /** T-14: every combination of bounds on key and ts, against a filtered list. */
    @ParameterizedTest
    @EnumSource
    void query_everyCombinationOfBounds_isAFilteredList(Bound keyFrom) {
        Random random = new Random(SEED);
        List<FlowRecord> records = new ArrayList<>();
        for (int key = 0; key < 12; key++) {
            for (int ts = 0; ts < 5; ts++) {
                if (random.nextInt(3) > 0) {
                    records.add(record("k" + (char) ('a' + key), ts * 10L, "v" + key + ts));
                }
            }
        }
        EngineScenario scenario = new EngineScenario();
        int half = records.size() / 2;
        scenario.step(e -> e.writeBatch(records.subList(0, half)));
        scenario.step(e -> e.writeBatch(records.subList(half, records.size())));
        scenario.step(e -> checkBounds(e, records, keyFrom, random));
        scenario.step(e -> checkBounds(e, records, keyFrom, random));
        scenario.leaves(records.toArray(FlowRecord[]::new));
    }

    private static void checkBounds(Engine engine, List<FlowRecord> records, Bound keyFrom, Random random) {
        for (Bound keyTo : Bound.values()) {
            for (Bound tsFrom : Bound.values()) {
                for (Bound tsTo : Bound.values()) {
                    checkBounds(engine, records, List.of(keyFrom, keyTo, tsFrom, tsTo), random);
                }
            }
        }
    }

    private static void checkBounds(Engine engine, List<FlowRecord> records, List<Bound> bounds, Random random) {
        byte[] from = bytes("k" + (char) ('a' + random.nextInt(13)) + (random.nextBoolean() ? "" : "x"));
        byte[] to = bytes("k" + (char) ('a' + random.nextInt(13)));
        long t0 = random.nextInt(50) / 5 * 5L;
        long t1 = random.nextInt(50) / 5 * 5L;
        Query query = Query.all();
        query = bounds.get(0) == Bound.UNBOUNDED ? query : query.fromKey(from, bounds.get(0) == Bound.INCLUSIVE);
        query = bounds.get(1) == Bound.UNBOUNDED ? query : query.toKey(to, bounds.get(1) == Bound.INCLUSIVE);
        query = bounds.get(2) == Bound.UNBOUNDED ? query : query.fromTs(t0, bounds.get(2) == Bound.INCLUSIVE);
        query = bounds.get(3) == Bound.UNBOUNDED ? query : query.toTs(t1, bounds.get(3) == Bound.INCLUSIVE);
        List<FlowRecord> expected = new ArrayList<>(records.stream()
                .filter(r -> isAbove(bounds.get(0), Arrays.compareUnsigned(r.key(), from)))
                .filter(r -> isAbove(bounds.get(1), Arrays.compareUnsigned(to, r.key())))
                .filter(r -> isAbove(bounds.get(2), Long.compare(r.ts(), t0)))
                .filter(r -> isAbove(bounds.get(3), Long.compare(t1, r.ts())))
                .toList());
        assertThat(engine.query(query)).as("seed %d, %s", SEED, query).isEqualTo(expected);
        Collections.reverse(expected);
        assertThat(engine.query(query.reverse()))
                .as("seed %d, %s reversed", SEED, query)
                .isEqualTo(expected);
    }

    private static boolean isAbove(Bound bound, int compared) {
        return bound == Bound.UNBOUNDED || compared > 0 || compared == 0 && bound == Bound.INCLUSIVE;
    }

    /** T-18, the error. */
    @Test
    void patch_missingVersion_isTypedError() {
        new EngineScenario()
                .put("k", 1, "v")
                .step(e -> assertThatThrownBy(() -> e.patch(bytes("k"), 2, Patch.value(bytes("w"))))
                        .isInstanceOf(RecordNotFoundException.class)
                        .hasMessageContaining("\"k\" at ts 2"))
                .step(e -> e.delete("k", 1))
                .step(e -> assertThatThrownBy(() -> e.patch(bytes("k"), 1, Patch.value(bytes("w"))))
                        .isInstanceOf(RecordNotFoundException.class))
                .lacks("k", 1)
                .lacks("k", 2)
                .leaves();
    }
}
