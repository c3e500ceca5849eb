package io.flowdb.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.flowdb.Compression;
import io.flowdb.Config;
import io.flowdb.SyncMode;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class FlowDbPropertiesTest {
    /** The application has an engine of its own, so that the settings made of the properties open nothing. */
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(FlowDbAutoConfiguration.class))
            .withBean(
                    "mine",
                    FlowDb.class,
                    () -> FlowDb.of(Config.builder().inMemory(true).build()));

    @Test
    void properties_absent_giveTheDefaultsOfConfig() {
        Config defaults = Config.builder().build();
        runner.run(context -> {
            Config config = context.getBean(Config.class);
            for (RecordComponent field : Config.class.getRecordComponents()) {
                if (!field.getName().equals("clockMicros")) {
                    assertThat(valueOf(field, config)).as(field.getName()).isEqualTo(valueOf(field, defaults));
                }
            }
        });
    }

    @ParameterizedTest
    @MethodSource("settings")
    void property_set_reachesItsConfigField(String field, Object expected, String[] pairs) {
        runner.withPropertyValues(pairs).run(context -> {
            Config config = context.getBean(Config.class);
            Config defaults = Config.builder().build();
            for (RecordComponent component : Config.class.getRecordComponents()) {
                if (component.getName().equals(field)) {
                    assertThat(valueOf(component, config)).isEqualTo(expected);
                    assertThat(expected).isNotEqualTo(valueOf(component, defaults));
                } else if (!component.getName().equals("clockMicros")) {
                    assertThat(valueOf(component, config))
                            .as(component.getName())
                            .isEqualTo(valueOf(component, defaults));
                }
            }
        });
    }

    @Test
    void settings_coverEveryFieldOfConfigButTheClock() {
        List<String> covered = settings().map(a -> (String) a.get()[0]).toList();

        assertThat(Arrays.stream(Config.class.getRecordComponents()).map(RecordComponent::getName))
                .allMatch(name -> name.equals("clockMicros") || covered.contains(name));
    }

    static Stream<Arguments> settings() {
        return Stream.of(
                setting("dataDir", Path.of("elsewhere/db"), "flowdb.data-dir=elsewhere/db"),
                setting("createIfMissing", false, "flowdb.create-if-missing=false"),
                setting("walSyncMode", SyncMode.interval(Duration.ofSeconds(1)), "flowdb.wal-sync-mode=interval"),
                setting(
                        "walSyncMode",
                        SyncMode.interval(Duration.ofMillis(250)),
                        "flowdb.wal-sync-mode=interval",
                        "flowdb.wal-sync-interval=250"),
                setting("memtableSize", 16L << 20, "flowdb.memtable-size=16"),
                setting("memtableSize", 512L << 10, "flowdb.memtable-size=512KB"),
                setting("maxFrozenMemtables", 5, "flowdb.max-frozen-memtables=5"),
                setting("flushInterval", Duration.ofMillis(1500), "flowdb.flush-interval=1500"),
                setting("flushInterval", Duration.ZERO, "flowdb.flush-interval=0"),
                setting("flushInterval", Duration.ofMinutes(2), "flowdb.flush-interval=2m"),
                setting("blockSize", 4096, "flowdb.block-size=4096"),
                setting("blockSize", 16384, "flowdb.block-size=16KB"),
                setting("blockCacheCapacity", 32L << 20, "flowdb.block-cache-capacity=32"),
                setting("blockCacheCapacity", 0L, "flowdb.block-cache-capacity=0"),
                setting("indexMemoryBudget", 64L << 20, "flowdb.index-memory-budget=64"),
                setting("bloomBitsPerKey", 0, "flowdb.bloom-bits-per-key=0"),
                setting("compression", Compression.NONE, "flowdb.compression=none"),
                setting("walSegmentSize", 8L << 20, "flowdb.wal-segment-size=8"),
                setting("compactionThreshold", 4, "flowdb.compaction-threshold=4"),
                setting("compactionInterval", Duration.ofMillis(5000), "flowdb.compaction-interval=5000"),
                setting("gcInterval", Duration.ofSeconds(90), "flowdb.gc-interval=90"),
                setting("timeBucket", Duration.ofSeconds(600), "flowdb.time-bucket=600"),
                setting("defaultTtl", Duration.ofSeconds(30), "flowdb.default-ttl=30"),
                setting("defaultTtl", Duration.ofDays(7), "flowdb.default-ttl=7d"),
                setting("autoBackground", false, "flowdb.auto-background=false"),
                setting("inMemory", true, "flowdb.in-memory=true"),
                setting("readOnly", true, "flowdb.read-only=true"));
    }

    @Test
    void dataDir_alsoOnTheClassPath_isTheDirectoryOfTheFileSystem() {
        // META-INF exists on every class path; a property of type Path would become a file of some jar.
        runner.withPropertyValues("flowdb.data-dir=META-INF")
                .run(context ->
                        assertThat(context.getBean(Config.class).dataDir()).isEqualTo(Path.of("META-INF")));
    }

    @Test
    void property_inEnvironmentVariable_isBound() {
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .replace(
                                "systemEnvironment",
                                new SystemEnvironmentPropertySource(
                                        "systemEnvironment",
                                        Map.of("FLOWDB_MEMTABLESIZE", "32MB", "FLOWDB_HOME", "/opt/flowdb"))))
                .run(context ->
                        assertThat(context.getBean(Config.class).memtableSize()).isEqualTo(32L << 20));
    }

    /** Both ways that Spring Boot reads names of variables: without the dashes, and with an underscore for each. */
    @Test
    void property_each_isBoundFromAVariableOfEitherSpelling() {
        settings().forEach(setting -> {
            String[] pairs = (String[]) setting.get()[2];
            for (String dash : List.of("", "_")) {
                Map<String, Object> variables = Arrays.stream(pairs)
                        .map(pair -> pair.split("=", 2))
                        .collect(Collectors.toMap(
                                pair -> pair[0].replace("-", dash)
                                        .replace(".", "_")
                                        .toUpperCase(Locale.ROOT),
                                pair -> pair[1]));
                runner.withInitializer(context -> context.getEnvironment()
                                .getPropertySources()
                                .replace(
                                        "systemEnvironment",
                                        new SystemEnvironmentPropertySource("systemEnvironment", variables)))
                        .run(context -> assertThat(field((String) setting.get()[0], context.getBean(Config.class)))
                                .as(variables.toString())
                                .isEqualTo(setting.get()[1]));
            }
        });
    }

    private static Object field(String name, Config config) throws ReflectiveOperationException {
        return Config.class.getMethod(name).invoke(config);
    }

    @Test
    void customizers_areAppliedInOrderAfterTheProperties() {
        runner.withUserConfiguration(Customizers.class)
                .withPropertyValues("flowdb.block-size=1024", "flowdb.memtable-size=1")
                .run(context -> {
                    Config config = context.getBean(Config.class);
                    assertThat(config.blockSize()).isEqualTo(2048);
                    assertThat(config.memtableSize()).isEqualTo(1L << 20);
                    assertThat(config.clockMicros().getAsLong()).isEqualTo(5_000_000);
                });
    }

    @Test
    void config_declaredByTheApplication_isTaken() {
        runner.withBean(Config.class, () -> Config.of(Path.of("mine")))
                .withPropertyValues("flowdb.data-dir=theirs")
                .run(context ->
                        assertThat(context.getBean(Config.class).dataDir()).isEqualTo(Path.of("mine")));
    }

    private static Arguments setting(String field, Object expected, String... pairs) {
        return arguments(field, expected, pairs);
    }

    private static Object valueOf(RecordComponent field, Config config) throws ReflectiveOperationException {
        return field.getAccessor().invoke(config);
    }

    @Configuration(proxyBeanMethods = false)
    static class Customizers {
        @Bean
        @Order(2)
        FlowDbConfigCustomizer second() {
            return builder -> builder.blockSize(2048);
        }

        @Bean
        @Order(1)
        FlowDbConfigCustomizer first() {
            return builder -> builder.blockSize(4096).clock(Clock.fixed(Instant.ofEpochSecond(5), ZoneOffset.UTC));
        }
    }
}
