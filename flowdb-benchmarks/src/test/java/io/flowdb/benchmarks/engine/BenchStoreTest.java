package io.flowdb.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.benchmarks.measure.WrongAnswerException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every engine behind the interface gives the same answers. */
class BenchStoreTest {
    private static final int KEY_BYTES = 4;
    private static final byte[] VALUE = text("0123456789");

    @TempDir
    Path dir;

    @ParameterizedTest
    @MethodSource("io.flowdb.benchmarks.engine.EngineKind#keyValueStores")
    void get_afterPutBatchAndDelete_answersTheNewest(EngineKind kind) throws Exception {
        try (BenchStore store = kind.open(options(false, Durability.OS));
                BenchWriter writer = store.writer()) {
            BenchReader reader = store.reader();
            writer.put(text("aaaa"), 0, VALUE);
            writer.add(text("bbbb"), 0, VALUE);
            writer.add(text("aaaa"), 0, text("abcdefghij"));
            assertThat(reader.get(text("bbbb"), 0, new byte[VALUE.length])).isNull();
            writer.commit();
            assertThat(reader.get(text("bbbb"), 0, new byte[VALUE.length])).isEqualTo(VALUE);
            assertThat(reader.get(text("aaaa"), 0, new byte[VALUE.length])).isEqualTo(text("abcdefghij"));
            writer.delete(text("bbbb"), 0);

            assertThat(reader.get(text("bbbb"), 0, new byte[VALUE.length])).isNull();
            assertThat(reader.get(text("cccc"), 0, new byte[VALUE.length])).isNull();
        }
    }

    @ParameterizedTest
    @MethodSource("io.flowdb.benchmarks.engine.EngineKind#keyValueStores")
    void get_valueOfAnotherLength_isReturnedWhole(EngineKind kind) throws Exception {
        try (BenchStore store = kind.open(options(false, Durability.OS));
                BenchWriter writer = store.writer()) {
            BenchReader reader = store.reader();
            writer.put(text("long"), 0, text("0123456789+"));
            writer.put(text("tiny"), 0, text("1"));

            assertThat(reader.get(text("long"), 0, new byte[VALUE.length])).isEqualTo(text("0123456789+"));
            assertThat(reader.get(text("tiny"), 0, new byte[VALUE.length])).isEqualTo(text("1"));
        }
    }

    @ParameterizedTest
    @MethodSource("io.flowdb.benchmarks.engine.EngineKind#keyValueStores")
    void write_arraysReusedAfterwards_keepsWhatWasWritten(EngineKind kind) throws Exception {
        try (BenchStore store = kind.open(options(true, Durability.OS));
                BenchWriter writer = store.writer()) {
            BenchReader reader = store.reader();
            byte[] key = text("aaaa");
            byte[] value = VALUE.clone();
            writer.put(key, 1, value);
            writer.add(key, 2, value);
            writer.commit();
            Arrays.fill(key, (byte) 'z');
            Arrays.fill(value, (byte) 0);

            assertThat(reader.get(text("aaaa"), 1, new byte[VALUE.length])).isEqualTo(VALUE);
            assertThat(reader.get(text("aaaa"), 2, new byte[VALUE.length])).isEqualTo(VALUE);
        }
    }

    @ParameterizedTest
    @MethodSource("io.flowdb.benchmarks.engine.EngineKind#keyValueStores")
    void cursor_withTimestamps_walksInOrderOfKeyAndTs(EngineKind kind) throws Exception {
        try (BenchStore store = kind.open(options(true, Durability.OS));
                BenchWriter writer = store.writer()) {
            BenchReader reader = store.reader();
            for (String key : List.of("bb10", "aa10", "bb20", "b\u007f10")) {
                writer.put(text(key), 7, VALUE);
                writer.put(text(key), -3, VALUE);
            }
            assertThat(walk(reader.all(false)))
                    .containsExactly(
                            "aa10@-3",
                            "aa10@7",
                            "bb10@-3",
                            "bb10@7",
                            "bb20@-3",
                            "bb20@7",
                            "b\u007f10@-3",
                            "b\u007f10@7");
            assertThat(walk(reader.prefix(text("bb")))).containsExactly("bb10@-3", "bb10@7", "bb20@-3", "bb20@7");
            assertThat(walk(reader.prefix(text("cc")))).isEmpty();
            assertThat(reader.get(text("aa10"), -3, new byte[VALUE.length])).isEqualTo(VALUE);
            assertThat(reader.get(text("aa10"), 0, new byte[VALUE.length])).isNull();
        }
    }

    @ParameterizedTest
    @MethodSource("io.flowdb.benchmarks.engine.EngineKind#keyValueStores")
    void cursor_withoutTimestamps_walksBothWaysAndFromAKey(EngineKind kind) throws Exception {
        try (BenchStore store = kind.open(options(false, Durability.OS));
                BenchWriter writer = store.writer()) {
            BenchReader reader = store.reader();
            for (String key : List.of("0003", "0001", "0002")) {
                writer.put(text(key), 0, VALUE);
            }
            assertThat(walk(reader.all(false))).containsExactly("0001@0", "0002@0", "0003@0");
            assertThat(walk(reader.all(true))).containsExactly("0003@0", "0002@0", "0001@0");
            assertThat(walk(reader.from(text("0002")))).containsExactly("0002@0", "0003@0");
            assertThat(walk(reader.from(text("0002+")))).containsExactly("0003@0");
        }
    }

    @ParameterizedTest
    @MethodSource("io.flowdb.benchmarks.engine.EngineKind#keyValueStores")
    void cursor_recordOfOtherLengths_throws(EngineKind kind) throws Exception {
        try (BenchStore store = kind.open(options(true, Durability.OS));
                BenchWriter writer = store.writer()) {
            BenchReader reader = store.reader();
            writer.put(text("0001"), 0, text("short"));
            try (BenchCursor cursor = reader.all(false)) {
                assertThatThrownBy(() -> cursor.next(new byte[KEY_BYTES], new byte[VALUE.length]))
                        .isInstanceOf(WrongAnswerException.class);
            }
            try (BenchCursor cursor = reader.all(false)) {
                assertThatThrownBy(() -> cursor.next(new byte[KEY_BYTES + 1], new byte["short".length()]))
                        .isInstanceOf(WrongAnswerException.class);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.flowdb.benchmarks.engine.EngineKind#keyValueStores")
    void reopen_afterFlushAndCompaction_keepsEverything(EngineKind kind) throws Exception {
        for (Durability durability : Durability.values()) {
            StoreOptions options = options(true, durability).in(dir.resolve(durability.name()));
            try (BenchStore store = kind.open(options);
                    BenchWriter writer = store.writer()) {
                for (int i = 0; i < 1_000; i++) {
                    writer.add(text(Integer.toString(1_000 + i)), i, VALUE);
                }
                writer.commit();
                store.flush();
                writer.put(text("9999"), 1, VALUE);
                writer.delete(text("1000"), 0);
                store.settle();
                store.compact();
                assertThat(store.stalls().count()).isLessThanOrEqualTo(1_001);
            }
            try (BenchStore store = kind.open(options)) {
                BenchReader reader = store.reader();
                assertThat(walk(reader.all(false)))
                        .hasSize(1_000)
                        .startsWith("1001@1")
                        .endsWith("9999@1");
            }
        }
    }

    private StoreOptions options(boolean timestamps, Durability durability) {
        return new StoreOptions(dir, KEY_BYTES, timestamps, durability, 1 << 20, 1 << 20);
    }

    private static List<String> walk(BenchCursor cursor) throws Exception {
        List<String> found = new ArrayList<>();
        byte[] key = new byte[KEY_BYTES];
        byte[] value = new byte[VALUE.length];
        try (cursor) {
            while (cursor.next(key, value)) {
                assertThat(value).isEqualTo(VALUE);
                found.add(new String(key, StandardCharsets.US_ASCII) + "@" + cursor.ts());
            }
        }
        return found;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
