package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.flowdb.error.InvalidConfigException;
import io.flowdb.error.InvalidConfigException.Violation;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** T-42: every default, every value out of range, and that all bad fields are reported at once. */
class EngineConfigTest {
    private static final List<Bad> BAD = List.of(
            new Bad("walSyncMode", "PT0S", b -> b.walSyncMode(SyncMode.interval(Duration.ZERO))),
            new Bad("walSyncMode", "PT-1S", b -> b.walSyncMode(SyncMode.interval(Duration.ofSeconds(-1)))),
            new Bad("memtableSize", "65535", b -> b.memtableSize((64 << 10) - 1)),
            new Bad("memtableSize", "0", b -> b.memtableSize(0)),
            new Bad("memtableSize", "-1", b -> b.memtableSize(-1)),
            new Bad("memtableSize", "" + Long.MAX_VALUE, b -> b.memtableSize(Long.MAX_VALUE)),
            new Bad("maxFrozenMemtables", "0", b -> b.maxFrozenMemtables(0)),
            new Bad("maxFrozenMemtables", "-1", b -> b.maxFrozenMemtables(-1)),
            new Bad("flushInterval", "PT-0.001S", b -> b.flushInterval(Duration.ofMillis(-1))),
            new Bad("blockSize", "511", b -> b.blockSize(511)),
            new Bad("blockSize", "4194305", b -> b.blockSize((4 << 20) + 1)),
            new Bad("blockSize", "-2147483648", b -> b.blockSize(Integer.MIN_VALUE)),
            new Bad("blockCacheCapacity", "-1", b -> b.blockCacheCapacity(-1)),
            new Bad("indexMemoryBudget", "-1", b -> b.indexMemoryBudget(-1)),
            new Bad("bloomBitsPerKey", "-1", b -> b.bloomBitsPerKey(-1)),
            new Bad("bloomBitsPerKey", "65", b -> b.bloomBitsPerKey(65)),
            new Bad("walSegmentSize", "65535", b -> b.walSegmentSize((64 << 10) - 1)),
            new Bad("walSegmentSize", "" + Long.MIN_VALUE, b -> b.walSegmentSize(Long.MIN_VALUE)),
            new Bad("compactionThreshold", "1", b -> b.compactionThreshold(1)),
            new Bad("compactionThreshold", "-2", b -> b.compactionThreshold(-2)),
            new Bad("compactionInterval", "PT0S", b -> b.compactionInterval(Duration.ZERO)),
            new Bad("compactionInterval", "PT-1H", b -> b.compactionInterval(Duration.ofHours(-1))),
            new Bad("gcInterval", "PT0S", b -> b.gcInterval(Duration.ZERO)),
            new Bad("gcInterval", "PT-1S", b -> b.gcInterval(Duration.ofSeconds(-1))),
            new Bad("timeBucket", "PT0S", b -> b.timeBucket(Duration.ZERO)),
            new Bad("timeBucket", "PT-1S", b -> b.timeBucket(Duration.ofSeconds(-1))),
            new Bad("defaultTtl", "PT0S", b -> b.defaultTtl(Duration.ZERO)),
            new Bad("defaultTtl", "PT-1S", b -> b.defaultTtl(Duration.ofSeconds(-1))),
            new Bad("readOnly", "true", b -> b.inMemory(true).readOnly(true)));

    @TempDir
    Path dir;

    /** A setting that is refused. */
    private record Bad(String field, String value, Consumer<Config.Builder> set) {}

    private static List<Violation> violationsOf(Config.Builder builder) {
        InvalidConfigException refused = catchThrowableOfType(InvalidConfigException.class, builder::build);
        assertThat(refused).isNotNull();
        for (Violation violation : refused.violations()) {
            assertThat(refused)
                    .hasMessageContaining(violation.field() + " = " + violation.value())
                    .hasMessageContaining(violation.allowed());
        }
        return refused.violations();
    }

    @Test
    void defaults_areThoseOfTheSpecification() {
        Config config = Config.builder().build();
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("dataDir", Path.of("./data"));
        expected.put("createIfMissing", true);
        expected.put("walSyncMode", SyncMode.always());
        expected.put("memtableSize", 67_108_864L);
        expected.put("maxFrozenMemtables", 2);
        expected.put("flushInterval", Duration.ofSeconds(1));
        expected.put("blockSize", 8192);
        expected.put("blockCacheCapacity", 134_217_728L);
        expected.put("indexMemoryBudget", 268_435_456L);
        expected.put("bloomBitsPerKey", 10);
        expected.put("compression", Compression.LZ4);
        expected.put("walSegmentSize", 67_108_864L);
        expected.put("compactionThreshold", 2);
        expected.put("compactionInterval", Duration.ofSeconds(60));
        expected.put("gcInterval", Duration.ofHours(1));
        expected.put("timeBucket", Duration.ofHours(1));
        expected.put("defaultTtl", null);
        expected.put("autoBackground", true);
        expected.put("inMemory", false);
        expected.put("readOnly", false);
        Map<String, Object> found = new LinkedHashMap<>();
        for (RecordComponent component : Config.class.getRecordComponents()) {
            try {
                found.put(component.getName(), component.getAccessor().invoke(config));
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }
        long now = Instant.now().getEpochSecond() * 1_000_000;
        found.remove("clockMicros");
        assertThat(config.clockMicros().getAsLong()).isBetween(now - 60_000_000, now + 60_000_000);
        assertThat(found).containsExactlyEntriesOf(expected);
    }

    @Test
    void build_eachValueOutOfRange_namesFieldValueAndRange() {
        for (Bad bad : BAD) {
            Config.Builder builder = Config.builder();
            bad.set().accept(builder);
            assertThat(violationsOf(builder))
                    .as("%s = %s", bad.field(), bad.value())
                    .satisfiesExactly(v -> {
                        assertThat(v.field()).isEqualTo(bad.field());
                        assertThat(v.value()).contains(bad.value());
                        assertThat(v.allowed()).isNotBlank();
                    });
        }
    }

    @Test
    void build_allFieldsBad_listsThemAll() {
        Config.Builder builder = Config.builder();
        BAD.forEach(bad -> bad.set().accept(builder));
        assertThat(violationsOf(builder).stream().map(Violation::field))
                .containsExactlyInAnyOrderElementsOf(
                        BAD.stream().map(Bad::field).distinct().toList());
    }

    /** The constructor is public, as it is a record's: it once let values through that {@code build()} refuses. */
    @Test
    void constructor_badValues_areRefusedLikeThoseOfTheBuilder() {
        Config good = Config.builder().build();
        assertThatThrownBy(() -> new Config(
                        good.dataDir(),
                        good.createIfMissing(),
                        good.walSyncMode(),
                        1,
                        0,
                        good.flushInterval(),
                        good.blockSize(),
                        good.blockCacheCapacity(),
                        good.indexMemoryBudget(),
                        good.bloomBitsPerKey(),
                        good.compression(),
                        good.walSegmentSize(),
                        good.compactionThreshold(),
                        good.compactionInterval(),
                        good.gcInterval(),
                        Duration.ZERO,
                        good.defaultTtl(),
                        good.autoBackground(),
                        good.inMemory(),
                        good.readOnly(),
                        good.clockMicros()))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("memtableSize = 1")
                .hasMessageContaining("maxFrozenMemtables = 0")
                .hasMessageContaining("timeBucket = PT0S");
    }

    @Test
    void build_valuesAtTheLimits_areAccepted() {
        List<Consumer<Config.Builder>> good = List.of(
                b -> b.memtableSize(64 << 10).walSegmentSize(64 << 10).maxFrozenMemtables(1),
                b -> b.flushInterval(Duration.ZERO).blockSize(512).blockCacheCapacity(0),
                b -> b.blockSize(4 << 20).bloomBitsPerKey(0).indexMemoryBudget(0),
                b -> b.bloomBitsPerKey(64).compactionThreshold(2).compactionInterval(Duration.ofNanos(1)),
                b -> b.gcInterval(Duration.ofNanos(1)).timeBucket(Duration.ofNanos(1)),
                b -> b.defaultTtl(Duration.ofNanos(1)).flushInterval(Duration.ofSeconds(Long.MAX_VALUE)),
                b -> b.gcInterval(Duration.ofSeconds(Long.MAX_VALUE)).timeBucket(Duration.ofSeconds(Long.MAX_VALUE)),
                b -> b.compactionInterval(Duration.ofSeconds(Long.MAX_VALUE)),
                b -> b.defaultTtl(Duration.ofSeconds(Long.MAX_VALUE)).blockCacheCapacity(Long.MAX_VALUE),
                b -> b.walSyncMode(SyncMode.interval(Duration.ofSeconds(Long.MAX_VALUE))),
                b -> b.defaultTtl(null));
        for (int i = 0; i < good.size(); i++) {
            Config.Builder builder = Config.builder().inMemory(true);
            good.get(i).accept(builder);
            try (Engine engine = Engine.open(builder.build())) {
                engine.write(FlowRecord.of("k", 0, "v"));
                engine.flush();
                assertThat(engine.query(Query.all())).as("settings %d", i).hasSizeBetween(0, 1);
            }
        }
    }

    /**
     * The time to the next flush was computed in nanoseconds, which overflowed: the background flush failed for ever.
     */
    @Test
    void flushInterval_longerThanNanosecondsCount_stillFlushesBySize() {
        Config config = Config.builder()
                .inMemory(true)
                .memtableSize(64 << 10)
                .flushInterval(Duration.ofSeconds(Long.MAX_VALUE))
                .build();
        try (Engine engine = Engine.open(config)) {
            for (int i = 0; i < 10; i++) {
                engine.write(FlowRecord.of("k" + i, 0, "v".repeat(40_000)));
            }
            await().until(() -> engine.stats().flushes().count() > 0);
        }
    }

    @Test
    void setters_null_nameTheField() {
        assertNull("dataDir", b -> b.dataDir(null));
        assertNull("walSyncMode", b -> b.walSyncMode(null));
        assertNull("flushInterval", b -> b.flushInterval(null));
        assertNull("compression", b -> b.compression(null));
        assertNull("compactionInterval", b -> b.compactionInterval(null));
        assertNull("gcInterval", b -> b.gcInterval(null));
        assertNull("timeBucket", b -> b.timeBucket(null));
        assertNull("clockMicros", b -> b.clockMicros(null));
        assertNull("clock", b -> b.clock(null));
        assertThatThrownBy(() -> SyncMode.interval(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("period");
        assertThatThrownBy(() -> Config.of(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("dataDir");
    }

    private static void assertNull(String field, Consumer<Config.Builder> set) {
        assertThatThrownBy(() -> set.accept(Config.builder()))
                .isInstanceOf(NullPointerException.class)
                .hasMessage(field);
    }

    @Test
    void toBuilder_keepsEverySetting() {
        Config config = Config.builder()
                .dataDir(dir)
                .createIfMissing(false)
                .walSyncMode(SyncMode.interval(Duration.ofMillis(7)))
                .memtableSize(100_000)
                .maxFrozenMemtables(3)
                .flushInterval(Duration.ofMillis(8))
                .blockSize(600)
                .blockCacheCapacity(5)
                .indexMemoryBudget(6)
                .bloomBitsPerKey(7)
                .compression(Compression.NONE)
                .walSegmentSize(70_000)
                .compactionThreshold(9)
                .compactionInterval(Duration.ofMillis(10))
                .gcInterval(Duration.ofMillis(11))
                .timeBucket(Duration.ofMillis(12))
                .defaultTtl(Duration.ofMillis(13))
                .autoBackground(false)
                .inMemory(true)
                .clock(Clock.fixed(Instant.ofEpochSecond(5, 6_000), ZoneOffset.UTC))
                .build();
        assertThat(config.toBuilder().build()).isEqualTo(config);
        Config readOnly = config.toBuilder().inMemory(false).readOnly(true).build();
        assertThat(readOnly.toBuilder().build()).isEqualTo(readOnly);
        assertThat(config.clockMicros().getAsLong()).isEqualTo(5_000_006);
        long setters = Arrays.stream(Config.Builder.class.getMethods())
                .filter(m -> m.getReturnType() == Config.Builder.class)
                .count();
        assertThat(setters)
                .as("setters: one for each setting, and clock beside clockMicros")
                .isEqualTo(Config.class.getRecordComponents().length + 1L);
    }

    @Test
    void open_directoryThatCannotServe_isInvalidConfig() throws Exception {
        Path file = Files.createFile(dir.resolve("file"));
        Path missing = dir.resolve("missing");
        List<Config> configs = List.of(
                Config.of(file),
                Config.of(file.resolve("below")),
                Config.of(file.resolve("far/below")),
                Config.builder().dataDir(missing).createIfMissing(false).build(),
                Config.builder().dataDir(missing).readOnly(true).build());
        for (Config config : configs) {
            assertThatThrownBy(() -> Engine.open(config))
                    .isInstanceOf(InvalidConfigException.class)
                    .hasMessageContaining("dataDir = " + config.dataDir());
        }
        assertThat(Files.exists(missing)).isFalse();
    }

    /** It ended with an UnsupportedOperationException out of the JDK. */
    @Test
    void open_directoryInAnArchive_isInvalidConfig() throws Exception {
        URI archive = URI.create("jar:" + dir.resolve("archive.zip").toUri());
        try (FileSystem zip = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
            Config config = Config.of(zip.getPath("/db"));
            assertThatThrownBy(() -> Engine.open(config))
                    .isInstanceOf(InvalidConfigException.class)
                    .hasMessageContaining("dataDir = /db");
        }
    }

    /** Directory 0700, files 0600, after every kind of operation. */
    @Test
    void files_ofAnOpenDatabase_areTheOwnersOnly() throws Exception {
        Path database = dir.resolve("new/db");
        try (Engine engine = Engine.open(
                Config.builder().dataDir(database).autoBackground(false).build())) {
            engine.write(FlowRecord.of("k", 0, "v"));
            engine.flush();
            engine.write(FlowRecord.of("k", 1, "v"));
            engine.flush();
            engine.compact();
            engine.write(FlowRecord.of("k", 2, "v"));
            engine.checkpoint(dir.resolve("copy"));
        }
        for (Path top : List.of(database, dir.resolve("copy"))) {
            List<String> open = new ArrayList<>();
            try (Stream<Path> all = Files.walk(top)) {
                for (Path path : all.toList()) {
                    String permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
                    if (!permissions.equals(Files.isDirectory(path) ? "rwx------" : "rw-------")) {
                        open.add(path + " " + permissions);
                    }
                }
            }
            assertThat(open).isEmpty();
        }
    }

    @Test
    void inMemory_afterUse_hasTouchedNoDirectoryAndIsGone() {
        Config config =
                Config.builder().dataDir(dir.resolve("db")).inMemory(true).build();
        try (Engine engine = Engine.open(config)) {
            engine.write(FlowRecord.of("k", 0, "v"));
            engine.flush();
            assertThat(engine.get("k", 0)).isPresent();
        }
        assertThat(Files.exists(dir.resolve("db"))).isFalse();
        try (Engine engine = Engine.open(config)) {
            assertThat(engine.get("k", 0)).isEmpty();
        }
    }
}
