package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.DatabaseLockedException;
import io.flowdb.error.StorageException;
import io.flowdb.error.UnsupportedFormatException;
import io.flowdb.testing.FaultyFileSystem;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32C;
import net.jpountz.lz4.LZ4Factory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@link Engine#salvage} makes of databases that are damaged at random. Where every key is written once, each
 * record in a block or frame without a damaged byte must be there, found by the description in docs/format; where keys
 * are written over and deleted, nothing may be there that never was. {@code -Dflowdb.test.seed=N} runs one case again,
 * {@code -Dflowdb.test.salvageCases=N} more of them.
 */
class SalvageTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();
    private static final Path TARGET = Path.of("/data/saved").toAbsolutePath();
    private static final int CASES = Integer.getInteger("flowdb.test.salvageCases", 25);
    private static final int TRAILER_BYTES = 9;
    private static final int FRAME_BYTES = 40;
    private static final int LARGE_EVERY = 50;

    private static Config config(Path directory, Random random, boolean large) {
        return Config.builder()
                .dataDir(directory)
                .memtableSize(large ? 32 << 20 : 64 << 10)
                .blockSize(512)
                .walSegmentSize(64 << 10)
                .compression(random.nextBoolean() ? Compression.NONE : Compression.LZ4)
                .autoBackground(false)
                .build();
    }

    private static byte[] text(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void everyUndamagedBlockAndFrame_isKept() {
        forEachSeed(SalvageTest::keepsWhatIsWhole);
    }

    @Test
    void afterOverwritesAndDeletes_nothingIsThereThatNeverWas() {
        forEachSeed(SalvageTest::inventsNothing);
    }

    private interface Case {
        void run(long seed);
    }

    private static void forEachSeed(Case each) {
        Long one = Long.getLong("flowdb.test.seed");
        long first = one != null ? one : System.nanoTime();
        for (long seed = first; seed < first + (one != null ? 1 : CASES); seed++) {
            try {
                each.run(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e, e);
            }
        }
    }

    /** Where the records of one checksum stand. */
    private record Part(Path file, int from, int to, Set<String> keys) {}

    private static void keepsWhatIsWhole(long seed) {
        Random random = new Random(seed);
        boolean large = seed % LARGE_EVERY == 0;
        Map<String, String> written = new TreeMap<>();
        FaultyFileSystem files = fill(config(DIRECTORY, random, large), random, large, written);
        List<Part> parts = parts(files);
        Map<Path, byte[]> before = contents(files);
        damage(files, random, 1 + random.nextInt(4));
        Map<Path, byte[]> after = contents(files);
        Set<String> expected = new HashSet<>();
        for (Part part : parts) {
            byte[] old = before.get(part.file);
            byte[] now = after.getOrDefault(part.file, new byte[0]);
            if (now.length >= part.to
                    && ByteBuffer.wrap(old, part.from, part.to - part.from)
                            .equals(ByteBuffer.wrap(now, part.from, part.to - part.from))) {
                expected.addAll(part.keys);
            }
        }
        SalvageReport report = Salvage.run(files, DIRECTORY, TARGET);
        Map<String, String> found = contentOf(files, random);
        expected.removeAll(found.keySet());
        assertThat(expected)
                .as("keys of whole blocks that are missing, %s", report)
                .isEmpty();
        found.forEach((key, value) -> assertThat(value).as(key).isEqualTo(written.get(key)));
        if (found.size() < written.size()) {
            assertThat(report.isComplete() && !isTornEnd(parts, found.keySet()))
                    .as("says nothing of what is missing")
                    .isFalse();
        }
    }

    /** Whether all that is missing was in the log: damage behind its last whole frame is what a crash leaves. */
    private static boolean isTornEnd(List<Part> parts, Set<String> found) {
        return parts.stream()
                .filter(part -> !found.containsAll(part.keys))
                .allMatch(part -> part.file.toString().endsWith(".wal"));
    }

    /** Tables on two levels and a log of several segments; every key once. */
    private static FaultyFileSystem fill(Config config, Random random, boolean large, Map<String, String> written) {
        FaultyFileSystem files = new FaultyFileSystem();
        int perTable = large ? 9_000 : 120;
        try (Engine engine = EngineOpening.open(config, files)) {
            for (int table = 0; table < 4; table++) {
                List<FlowRecord> batch = new ArrayList<>();
                for (int i = 0; i < perTable; i++) {
                    String key = String.format("key%06d", i * 4 + table);
                    String value = "value of " + key + " " + random.nextInt(1000) + ".".repeat(random.nextInt(200));
                    batch.add(FlowRecord.of(key, 1, value));
                    written.put(key, value);
                    if (batch.size() == perTable / 100) {
                        engine.writeBatch(batch);
                        batch.clear();
                    }
                }
                if (table < 3) {
                    engine.flush();
                }
                if (table == 1) {
                    engine.compact();
                }
            }
            return files.afterKill(); // closed in order it would have no log
        }
    }

    private static Map<Path, byte[]> contents(FaultyFileSystem files) {
        Map<Path, byte[]> all = new HashMap<>();
        files.files().forEach(file -> all.put(file, files.content(file).clone()));
        return all;
    }

    private static void damage(FaultyFileSystem files, Random random, int times) {
        for (int n = 0; n < times; n++) {
            List<Path> all = files.files().stream()
                    .filter(p -> p.startsWith(DIRECTORY) && !p.endsWith("LOCK"))
                    .sorted()
                    .toList();
            Path file = all.get(random.nextInt(all.size()));
            byte[] bytes = files.content(file).clone();
            switch (random.nextInt(8)) {
                case 0 -> files.replace(file, null);
                case 1 -> files.replace(file, Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
                case 2, 3 -> {
                    int sector = random.nextInt(bytes.length / 512 + 1) * 512;
                    for (int i = sector; i < Math.min(bytes.length, sector + 512); i++) {
                        bytes[i] = 0;
                    }
                    files.replace(file, bytes);
                }
                case 4 -> {
                    int last = bytes.length - 1 - random.nextInt(Math.min(bytes.length, 600));
                    bytes[last] ^= 1 << random.nextInt(8);
                    files.replace(file, bytes);
                }
                default -> {
                    bytes[random.nextInt(bytes.length)] ^= 1 << random.nextInt(8);
                    files.replace(file, bytes);
                }
            }
        }
    }

    private static Map<String, String> contentOf(FaultyFileSystem files, Random random) {
        Map<String, String> found = new TreeMap<>();
        try (Engine engine = EngineOpening.open(config(TARGET, random, true), files)) {
            assertThat(engine.verify().problems()).isEmpty();
            for (FlowRecord record : engine.query(Query.all())) {
                found.put(
                        new String(record.key(), StandardCharsets.UTF_8),
                        new String(record.value(), StandardCharsets.UTF_8));
            }
            engine.compact();
            engine.write(FlowRecord.of("new", 1, "record"));
            assertThat(engine.query(Query.all())).hasSize(found.size() + 1);
            found.forEach((key, value) ->
                    assertThat(engine.get(text(key), 1).map(FlowRecord::value)).hasValue(text(value)));
        }
        return found;
    }

    /** The data blocks of every table, one behind the other from its begin, and the frames of the log. */
    private static List<Part> parts(FaultyFileSystem files) {
        List<Part> parts = new ArrayList<>();
        for (Path file : files.files()) {
            ByteBuffer bytes = ByteBuffer.wrap(files.content(file)).order(ByteOrder.LITTLE_ENDIAN);
            if (file.toString().endsWith(".sst")) {
                addBlocks(file, bytes, parts);
            } else if (file.toString().endsWith(".wal")) {
                addFrames(file, bytes, parts);
            }
        }
        return parts;
    }

    private static void addFrames(Path file, ByteBuffer bytes, List<Part> to) {
        for (int at = FRAME_BYTES; at + FRAME_BYTES <= bytes.limit() && bytes.getInt(at) != 0; ) {
            int end = at + FRAME_BYTES + bytes.getInt(at + 4);
            to.add(new Part(file, at, end, keysIn(bytes.array(), at, end)));
            at = end;
        }
    }

    private static void addBlocks(Path file, ByteBuffer bytes, List<Part> to) {
        long id = Long.parseLong(file.getFileName().toString().replace(".sst", ""));
        int begin = 0;
        while (true) {
            int end = endOfBlock(bytes, id, begin);
            byte[] raw = raw(bytes, begin, end);
            Set<String> keys = keysIn(raw, 0, raw.length);
            if (keys.isEmpty() || !isData(raw)) {
                return;
            }
            to.add(new Part(file, begin, end + TRAILER_BYTES, keys));
            begin = end + TRAILER_BYTES;
        }
    }

    /** What follows the data blocks are filters, without a number of entries that fits. */
    private static boolean isData(byte[] raw) {
        ByteBuffer block = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
        return raw.length > 24 && block.getInt(20) == 16 && block.getInt(16) > 0;
    }

    private static int endOfBlock(ByteBuffer bytes, long id, int begin) {
        for (int end = begin; end + TRAILER_BYTES <= bytes.limit(); end++) {
            if (bytes.get(end) != 0 && bytes.get(end) != 1) {
                continue;
            }
            ByteBuffer place = ByteBuffer.allocate(16)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(id)
                    .putLong(begin);
            CRC32C crc = new CRC32C();
            crc.update(place.array());
            crc.update(bytes.array(), begin, end + 5 - begin);
            if ((int) crc.getValue() == bytes.getInt(end + 5)) {
                return end;
            }
        }
        throw new AssertionError("no block at " + begin);
    }

    private static byte[] raw(ByteBuffer bytes, int begin, int end) {
        if (bytes.get(end) == 0) {
            return Arrays.copyOfRange(bytes.array(), begin, end);
        }
        return LZ4Factory.safeInstance().fastDecompressor().decompress(bytes.array(), begin, bytes.getInt(end + 1));
    }

    /** Every key stands whole in the value it belongs to. */
    private static Set<String> keysIn(byte[] bytes, int from, int to) {
        Set<String> keys = new HashSet<>();
        String all = new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
        String before = "value of ";
        for (int at = all.indexOf(before); at >= 0; at = all.indexOf(before, at + 1)) {
            keys.add(all.substring(at + before.length(), at + before.length() + 9));
        }
        return keys;
    }

    private static void inventsNothing(long seed) {
        Random random = new Random(seed);
        Config config = config(DIRECTORY, random, false);
        Map<String, Set<String>> ever = new HashMap<>();
        FaultyFileSystem files = new FaultyFileSystem();
        try (Engine engine = EngineOpening.open(config, files)) {
            for (int i = 0; i < 600; i++) {
                String key = String.format("key%02d", random.nextInt(80));
                switch (random.nextInt(12)) {
                    case 0 -> engine.delete(text(key), 1);
                    case 1 -> engine.deleteRange(text(key), text(key + "~"));
                    case 2 -> {
                        if (random.nextInt(8) == 0) {
                            engine.flush();
                        }
                    }
                    case 3 -> {
                        if (random.nextInt(20) == 0) {
                            engine.compact();
                        }
                    }
                    default -> {
                        String value = "value " + i + " of " + key;
                        engine.write(FlowRecord.of(key, 1, value));
                        ever.computeIfAbsent(key, k -> new HashSet<>()).add(value);
                    }
                }
            }
            if (random.nextBoolean()) {
                files = files.afterKill();
            }
        }
        damage(files, random, 1 + random.nextInt(3));
        Salvage.run(files, DIRECTORY, TARGET);
        contentOf(files, random)
                .forEach((key, value) -> assertThat(ever.get(key)).as(key).contains(value));
    }

    @Test
    void aSoundDatabase_comesOverWhole() {
        Random random = new Random(7);
        Config config = config(DIRECTORY, random, false);
        FaultyFileSystem files = new FaultyFileSystem();
        Map<String, String> content;
        try (Engine engine = EngineOpening.open(config, files)) {
            for (int i = 0; i < 2_000; i++) {
                engine.write(FlowRecord.of("key" + random.nextInt(300), i % 3, "value " + i));
                if (i % 7 == 0) {
                    engine.delete(text("key" + random.nextInt(300)), i % 3);
                }
                if (i % 500 == 0) {
                    engine.deleteRange(text("key1"), text("key12"));
                    engine.flush();
                }
                if (i == 1_200) {
                    engine.compact();
                }
            }
            content = CrashModel.contentOf(engine);
            files = files.afterKill();
        }
        SalvageReport report = Salvage.run(files, DIRECTORY, TARGET);
        assertThat(report.problems()).isEmpty();
        assertThat(report.isComplete()).isTrue();
        assertThat(report.damagedTables()).isZero();
        assertThat(report.logOperations()).isPositive();
        try (Engine engine = EngineOpening.open(config(TARGET, random, true), files)) {
            assertThat(CrashModel.contentOf(engine)).isEqualTo(content);
        }
    }

    @Test
    void theDamagedDirectory_isNotChanged() {
        Random random = new Random(3);
        FaultyFileSystem files = fill(config(DIRECTORY, random, false), random, false, new TreeMap<>());
        damage(files, random, 4);
        Map<Path, byte[]> before = contents(files);
        Salvage.run(files, DIRECTORY, TARGET);
        before.forEach((file, bytes) -> {
            if (!file.endsWith("LOCK")) {
                assertThat(files.content(file)).as(file.toString()).isEqualTo(bytes);
            }
        });
    }

    @Test
    void aFullDisk_leavesNothingInTheTarget() {
        Random random = new Random(5);
        FaultyFileSystem files = fill(config(DIRECTORY, random, false), random, false, new TreeMap<>());
        files.setCapacityBytes(files.usedBytes() + 600);
        assertThatThrownBy(() -> Salvage.run(files, DIRECTORY, TARGET))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.diskFull()).isTrue());
        assertThat(files.files()).noneMatch(file -> file.startsWith(TARGET));
        files.setCapacityBytes(Long.MAX_VALUE);
        assertThat(Salvage.run(files, DIRECTORY, TARGET).isComplete()).isTrue();
    }

    /** A failure of the target, though only one, must not pass for damage of the source. */
    @Test
    void aFailingTarget_isNoDamage() {
        Random random = new Random(5);
        FaultyFileSystem files = fill(config(DIRECTORY, random, true), random, true, new TreeMap<>());
        Path table = files.files().stream()
                .filter(file -> file.toString().endsWith(".sst"))
                .max(Comparator.comparingInt(file -> files.content(file).length))
                .orElseThrow();
        byte[] bytes = files.content(table).clone();
        bytes[bytes.length / 3] ^= 1;
        files.replace(table, bytes);
        AtomicBoolean failed = new AtomicBoolean();
        files.setFault((call, path) -> {
            if (call == FaultyFileSystem.Call.WRITE && path.startsWith(TARGET) && failed.compareAndSet(false, true)) {
                throw FaultyFileSystem.ioError(call, path);
            }
        });
        assertThatThrownBy(() -> Salvage.run(files, DIRECTORY, TARGET)).isInstanceOf(StorageException.class);
        assertThat(failed).isTrue();
        assertThat(files.files()).noneMatch(file -> file.startsWith(TARGET));
    }

    /** As long as the log is read, too: its operations fill more than one memtable here. */
    @Test
    void aFailingTarget_whileTheLogIsRead_isNoDamage() {
        Config config = Config.builder()
                .dataDir(DIRECTORY)
                .memtableSize(256 << 20)
                .autoBackground(false)
                .build();
        FaultyFileSystem files = new FaultyFileSystem();
        try (Engine engine = EngineOpening.open(config, files)) {
            for (int i = 0; i < 70; i++) {
                engine.write(new FlowRecord(text("key" + i), 1, FlowRecord.NEVER, new byte[1 << 20]));
            }
            files = files.afterKill();
        }
        AtomicBoolean failed = new AtomicBoolean();
        files.setFault((call, path) -> {
            if (call == FaultyFileSystem.Call.WRITE && path.startsWith(TARGET) && failed.compareAndSet(false, true)) {
                throw FaultyFileSystem.ioError(call, path);
            }
        });
        FaultyFileSystem salvaged = files;
        assertThatThrownBy(() -> Salvage.run(salvaged, DIRECTORY, TARGET)).isInstanceOf(StorageException.class);
        assertThat(failed).isTrue();
        assertThat(files.files()).noneMatch(file -> file.startsWith(TARGET));
    }

    /** Nothing is known of a file that cannot be opened for want of a file descriptor: it was left out as damaged. */
    @ParameterizedTest
    @ValueSource(strings = {"MANIFEST", ".wal", ".sst"})
    void tooManyOpenFiles_isNoDamage(String name) {
        Random random = new Random(5);
        FaultyFileSystem files = fill(config(DIRECTORY, random, false), random, false, new TreeMap<>());
        AtomicBoolean failed = new AtomicBoolean();
        files.setFault((call, path) -> {
            boolean meant = path.startsWith(DIRECTORY) && path.toString().endsWith(name);
            if (call == FaultyFileSystem.Call.OPEN && meant && failed.compareAndSet(false, true)) {
                throw StorageException.tooManyFiles("Cannot open " + path, null);
            }
        });
        assertThatThrownBy(() -> Salvage.run(files, DIRECTORY, TARGET))
                .isInstanceOfSatisfying(
                        StorageException.class,
                        e -> assertThat(e.tooManyFiles()).isTrue());
        assertThat(files.files()).noneMatch(file -> file.startsWith(TARGET));
    }

    @Test
    void aDirectoryWithoutADatabase_isRefused(@TempDir Path dir) {
        assertThatThrownBy(() -> Engine.salvage(dir, dir.resolveSibling("saved")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void aNewerFormat_isRefused() {
        Random random = new Random(5);
        FaultyFileSystem files = fill(config(DIRECTORY, random, false), random, false, new TreeMap<>());
        Path manifest = DIRECTORY.resolve("MANIFEST");
        ByteBuffer bytes = ByteBuffer.wrap(files.content(manifest).clone()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(8, 9);
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 0, 36);
        bytes.putInt(36, (int) crc.getValue());
        files.replace(manifest, bytes.array());
        assertThatThrownBy(() -> Salvage.run(files, DIRECTORY, TARGET)).isInstanceOf(UnsupportedFormatException.class);
        assertThat(files.files()).noneMatch(file -> file.startsWith(TARGET));
    }

    @Test
    void anOpenDatabase_andTargetsInUse_areRefused(@TempDir Path dir) throws Exception {
        Path database = dir.resolve("db");
        Path target = dir.resolve("saved");
        try (Engine engine = Engine.open(Config.builder().dataDir(database).build())) {
            engine.write(FlowRecord.of("a", 1, "b"));
            assertThatThrownBy(() -> Engine.salvage(database, target)).isInstanceOf(DatabaseLockedException.class);
        }
        assertThatThrownBy(() -> Engine.salvage(database, database.resolve("saved")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("target");
        assertThatThrownBy(() -> Engine.salvage(dir.resolve("none"), target))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("damaged");
        Files.createDirectories(target);
        Files.writeString(target.resolve("file"), "of somebody");
        assertThatThrownBy(() -> Engine.salvage(database, target))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("target");
        Files.delete(target.resolve("file"));
        assertThat(Engine.salvage(database, target).isComplete()).isTrue();
        try (Engine engine = Engine.open(Config.builder().dataDir(target).build())) {
            assertThat(engine.get(text("a"), 1).map(FlowRecord::value)).hasValue(text("b"));
        }
    }
}
