package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.error.FlowDbException;
import io.flowdb.testing.FaultyFileSystem;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/**
 * Bytes that are wrong under a checksum that is right, as only a fault of a writer or an intruder leaves them: every
 * part of every file, found by the description in docs/format. No opening, read or merge may end in anything but a
 * typed exception, or hang, or ask for memory because a length claims it. Where wrong answers come of it,
 * {@link Engine#verify} sees what the entries contradict. {@code -Dflowdb.test.seed=N} runs one case again,
 * {@code -Dflowdb.test.craftedCases=N} more of them.
 */
class CraftedBytesTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();
    private static final int CASES = Integer.getInteger("flowdb.test.craftedCases", 1_500);

    /** Parts of a table that follow from its entries. */
    private static final Set<String> AGREEING =
            Set.of("index root", "properties", "locator", "filter", "index", "block header", "restarts");

    private static final int TRAILER_BYTES = 9;
    private static final int FRAME_BYTES = 40;

    /** Bytes of a file under one checksum. */
    private record Part(String kind, int from, int to, Seal seal) {}

    /** Computes the checksum of a part anew. */
    private interface Seal {
        void apply(ByteBuffer file);
    }

    private static Config config(Random random) {
        return Config.builder()
                .dataDir(DIRECTORY)
                .memtableSize(64 << 10)
                .blockSize(512)
                .compression(Compression.NONE)
                .bloomBitsPerKey(random.nextBoolean() ? 10 : 0)
                .indexMemoryBudget(random.nextBoolean() ? 64L << 20 : 0)
                .blockCacheCapacity(random.nextBoolean() ? 8L << 20 : 0)
                .autoBackground(false)
                .build();
    }

    /** Two tables that overlap, one below them, and a log. */
    private static FaultyFileSystem fill(Config config) {
        FaultyFileSystem files = new FaultyFileSystem();
        try (Engine engine = EngineOpening.open(config, files)) {
            for (int table = 0; table < 4; table++) {
                for (int i = 0; i < 60; i++) {
                    engine.write(FlowRecord.of(
                            String.format("key%03d", i * (table + 1)), table % 2, "value " + i + " ".repeat(40)));
                }
                engine.deleteRange(text("key01" + table), text("key01" + (table + 3)));
                engine.delete(text("key02" + table), 0);
                engine.write(new FlowRecord(text("timed" + table), 5, 1L << 60, text("v")));
                if (table < 3) {
                    engine.flush();
                }
                if (table == 0) {
                    engine.compact();
                }
            }
        }
        return files;
    }

    private static byte[] text(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void wrongBytes_underARightChecksum_endInTypedExceptionsOnly() throws Exception {
        Long one = Long.getLong("flowdb.test.seed");
        long first = one != null ? one : System.nanoTime();
        ExecutorService worker = Executors.newSingleThreadExecutor();
        int refused = 0;
        try {
            for (long seed = first; seed < first + (one != null ? 1 : CASES); seed++) {
                refused += run(seed, worker) ? 1 : 0;
            }
        } finally {
            worker.shutdownNow();
        }
        assertThat(refused).as("cases that were noticed").isGreaterThan(one != null ? -1 : CASES / 3);
    }

    /** Whether the bytes were noticed. */
    private static boolean run(long seed, ExecutorService worker) throws Exception {
        Random random = new Random(seed);
        Config config = config(random);
        FaultyFileSystem files = fill(config);
        Map<String, String> content;
        try (Engine engine = EngineOpening.open(config, files.copy())) {
            content = CrashModel.contentOf(engine);
        }
        List<Path> all =
                files.files().stream().filter(p -> !p.endsWith("LOCK")).sorted().toList();
        Path file = all.get(random.nextInt(all.size()));
        ByteBuffer bytes = ByteBuffer.wrap(files.content(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Part> parts = parts(file, bytes);
        List<String> kinds = parts.stream().map(Part::kind).distinct().toList();
        String kind = kinds.get(random.nextInt(kinds.size()));
        List<Part> candidates = parts.stream().filter(p -> p.kind.equals(kind)).toList();
        Part part = candidates.get(random.nextInt(candidates.size()));
        byte[] before = bytes.array().clone();
        part.seal.apply(bytes);
        assertThat(bytes.array())
                .as("seed %s: %s is sealed as the engine does it", seed, kind)
                .isEqualTo(before);
        String change = change(bytes, part, random);
        part.seal.apply(bytes);
        files.replace(file, bytes.array());
        String what = "seed " + seed + ": " + file.getFileName() + " " + kind + " " + change;
        Future<Boolean> use = worker.submit(() -> use(config, files, content, part, what));
        try {
            return use.get(20, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(what + ": does not end", e);
        } catch (ExecutionException e) {
            throw new AssertionError(what + ": " + e.getCause(), e.getCause());
        }
    }

    /** A walk forward reads eight bytes at once, of which a wrong length leaves too few in the block. */
    @Test
    void lengthOfAValue_wrongByAnyBytes_endsWalksInTypedExceptionsOnly() {
        int records = 10;
        Config config = config(new Random(0));
        FaultyFileSystem files = new FaultyFileSystem();
        try (Engine engine = EngineOpening.open(config, files)) {
            for (int i = 0; i < records; i++) {
                engine.write(FlowRecord.of("key" + i, 0, "four"));
            }
            engine.flush();
        }
        Path table = files.files().stream()
                .filter(p -> p.toString().endsWith(".sst"))
                .findFirst()
                .orElseThrow();
        byte[] whole = files.content(table);
        Part entries = parts(table, ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN)).stream()
                .filter(p -> p.kind.equals("entries"))
                .findFirst()
                .orElseThrow();
        int entryBytes = (entries.to - entries.from) / records;
        int lengthAt = entries.from + 5 + "key0".length();
        int refused = 0;
        for (int at = lengthAt; at < entries.to; at += entryBytes) {
            assertThat(whole[at]).as("length at %d", at).isEqualTo((byte) 4);
            for (int length = 5; length < 4 + 3 * entryBytes; length++) {
                ByteBuffer bytes = ByteBuffer.wrap(whole.clone()).order(ByteOrder.LITTLE_ENDIAN);
                bytes.put(at, (byte) length);
                entries.seal.apply(bytes);
                files.replace(table, bytes.array());
                try (Engine engine = EngineOpening.open(config, files.copy())) {
                    engine.query(Query.all());
                } catch (FlowDbException e) {
                    assertThat(e).hasMessageContaining(table.getFileName().toString());
                    refused++;
                }
            }
        }
        assertThat(refused).as("cases that were noticed").isGreaterThan(records);
    }

    private static String change(ByteBuffer bytes, Part part, Random random) {
        int length = part.to - part.from;
        StringBuilder change = new StringBuilder();
        for (int n = 1 + random.nextInt(2); n > 0 && length > 0; n--) {
            int at = part.from + (random.nextBoolean() ? random.nextInt(Math.min(length, 24)) : random.nextInt(length));
            int width = Math.min(part.to - at, new int[] {1, 1, 4, 8}[random.nextInt(4)]);
            long[] extremes = {
                0,
                1,
                -1,
                0x7f,
                0x80,
                Integer.MAX_VALUE,
                Integer.MIN_VALUE,
                Long.MAX_VALUE,
                1L << 40,
                bytes.limit(),
                random.nextLong()
            };
            long value = extremes[random.nextInt(extremes.length)];
            for (int i = 0; i < width; i++) {
                bytes.put(at + i, (byte) (value >>> 8 * i));
            }
            change.append(" [")
                    .append(at)
                    .append(", ")
                    .append(width)
                    .append("] = ")
                    .append(value);
        }
        return change.toString();
    }

    /**
     * Reads and writes in every way; whether a typed exception came. Wrong answers are for {@link Engine#verify} to
     * see, if they can be seen at all.
     */
    private static boolean use(
            Config config, FaultyFileSystem files, Map<String, String> content, Part part, String what) {
        boolean noticed = false;
        try (Engine engine = EngineOpening.open(config, files)) {
            if (AGREEING.contains(part.kind) && !areRight(engine, content)) {
                assertThat(engine.verify().problems())
                        .as("%s: answers are wrong", what)
                        .isNotEmpty();
            }
            List<Runnable> uses = new ArrayList<>();
            for (int i = 0; i < 60; i += 7) {
                byte[] key = text(String.format("key%03d", i));
                uses.add(() -> engine.get(key, 0));
                uses.add(() -> engine.getLatest(key));
                uses.add(() -> engine.query(Query.prefix(key)));
            }
            uses.add(() -> engine.query(Query.all()));
            uses.add(() -> engine.query(Query.all().reverse()));
            uses.add(() -> engine.query(Query.timeRange(1, 3)));
            uses.add(() -> noticed(engine.verify()));
            uses.add(engine::compact);
            uses.add(() -> engine.query(Query.all()));
            uses.add(() -> engine.write(FlowRecord.of("new", 0, "v")));
            uses.add(engine::flush);
            uses.add(() -> engine.get(text("new"), 0));
            for (Runnable use : uses) {
                try {
                    use.run();
                } catch (FlowDbException e) {
                    noticed = true;
                }
            }
        } catch (FlowDbException e) {
            assertThat(e).as(what).hasMessageContaining(DIRECTORY.toString());
            return true;
        }
        return noticed;
    }

    private static boolean areRight(Engine engine, Map<String, String> content) {
        try {
            for (Map.Entry<String, String> version : content.entrySet()) {
                int at = version.getKey().indexOf('@');
                Optional<FlowRecord> found = engine.get(
                        version.getKey().substring(0, at),
                        Long.parseLong(version.getKey().substring(at + 1)));
                if (!found.map(FlowRecord::valueText).equals(Optional.of(version.getValue()))) {
                    return false;
                }
            }
            return CrashModel.contentOf(engine).equals(content)
                    && engine.query(Query.timeRange(1, 1)).size()
                            == content.keySet().stream()
                                    .filter(v -> v.endsWith("@1"))
                                    .count();
        } catch (FlowDbException e) {
            return true;
        }
    }

    private static void noticed(VerifyReport report) {
        if (!report.isClean()) {
            throw new io.flowdb.error.CorruptionException("verified", -1, report.toString());
        }
    }

    private static List<Part> parts(Path file, ByteBuffer bytes) {
        return file.getParent().endsWith("sst") ? tableParts(bytes) : frameParts(bytes);
    }

    private static List<Part> frameParts(ByteBuffer bytes) {
        List<Part> parts = new ArrayList<>();
        parts.add(new Part("file header", 8, 36, b -> b.putInt(36, crc(b, 0, 36))));
        for (int at = FRAME_BYTES; at + FRAME_BYTES <= bytes.limit(); ) {
            int frame = at;
            int length = bytes.getInt(at + 4);
            if (bytes.getInt(at) != crc(bytes, at + 4, at + FRAME_BYTES) || length < 0) {
                break;
            }
            int end = at + FRAME_BYTES + length;
            parts.add(new Part("frame header", at + 4, at + FRAME_BYTES, b -> sealFrame(b, frame)));
            if (length > 0) {
                parts.add(new Part("frame payload", at + FRAME_BYTES, end, b -> {
                    b.putInt(frame + 32, crc(b, frame + FRAME_BYTES, end));
                    sealFrame(b, frame);
                }));
            }
            at = end;
        }
        return parts;
    }

    private static void sealFrame(ByteBuffer bytes, int frame) {
        bytes.putInt(frame, crc(bytes, frame + 4, frame + FRAME_BYTES));
    }

    private static int crc(ByteBuffer bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), from, to - from);
        return (int) crc.getValue();
    }

    private static List<Part> tableParts(ByteBuffer bytes) {
        List<Part> parts = new ArrayList<>();
        int footer = bytes.limit() - 72;
        long fileId = bytes.getLong(footer);
        parts.add(new Part("footer", footer, footer + 60, b -> b.putInt(footer + 60, crc(b, footer, footer + 60))));
        String[] names = {"index root", "range tombstones", "properties", "locator"};
        for (int i = 0; i < names.length; i++) {
            parts.add(block(
                    names[i], fileId, (int) bytes.getLong(footer + 8 + 12 * i), bytes.getInt(footer + 16 + 12 * i)));
        }
        int root = (int) bytes.getLong(footer + 8);
        List<int[]> partitions = handles(bytes, root);
        for (int i = 0; i < partitions.size(); i++) {
            int[] handle = partitions.get(i);
            parts.add(block(i % 2 == 0 ? "filter" : "index", fileId, handle[0], handle[1]));
            if (i % 2 == 1) {
                for (int[] data : handles(bytes, handle[0])) {
                    parts.add(dataBlock("block header", fileId, data, 0, 24));
                    int restarts = (bytes.getInt(data[0] + 16) + 15) / 16;
                    parts.add(dataBlock("entries", fileId, data, 24, data[1] - 4 * restarts));
                    parts.add(dataBlock("restarts", fileId, data, data[1] - 4 * restarts, data[1]));
                }
            }
        }
        return parts;
    }

    private static Part block(String kind, long fileId, int offset, int length) {
        return new Part(kind, offset, offset + length, b -> sealBlock(b, fileId, offset, length));
    }

    private static Part dataBlock(String kind, long fileId, int[] handle, int from, int to) {
        return new Part(kind, handle[0] + from, handle[0] + to, b -> sealBlock(b, fileId, handle[0], handle[1]));
    }

    private static void sealBlock(ByteBuffer bytes, long fileId, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(fileId)
                .putLong(offset)
                .flip());
        crc.update(bytes.array(), offset, length + 5);
        bytes.putInt(offset + length + TRAILER_BYTES - 4, (int) crc.getValue());
    }

    /** Offset and length of what an index refers to. */
    private static List<int[]> handles(ByteBuffer bytes, int index) {
        ByteBuffer in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).position(index);
        List<int[]> handles = new ArrayList<>();
        for (int count = varint(in); count > 0; count--) {
            int key = varint(in);
            in.position(in.position() + key + 16);
            handles.add(new int[] {varint(in), varint(in)});
            in.position(in.position() + 16);
        }
        return handles;
    }

    private static int varint(ByteBuffer in) {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            int b = in.get();
            value |= (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }
}
