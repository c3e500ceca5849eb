package io.flowdb.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

/** What a user reads when a setting cannot be used. */
class InvalidPropertiesTest {
    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(FlowDbAutoConfiguration.class));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            memtable-size        | 0          | 64KB to 1GB
            memtable-size        | 1KB        | 64KB to 1GB
            memtable-size        | 2000       | 64KB to 1GB
            memtable-size        | -5         | 64KB to 1GB
            memtable-size        | lots       | a size such as 512KB or 64MB (64KB to 1GB); a bare number is in megabytes
            memtable-size        | 99999999999999999 | a size such as
            max-frozen-memtables | 0          | 1 to 64
            max-frozen-memtables | 3.5        | a whole number (1 to 64)
            wal-sync-mode        | sometimes  | always, interval
            flush-interval       | -1         | 0 or more
            flush-interval       | soon       | a duration such as 500ms, 10s or 1h (0 or more); a bare number is in millis
            block-size           | 100        | 512B to 4MB
            block-size           | 8GB        | 512B to 4MB
            block-cache-capacity | -1         | 0 or more bytes
            index-memory-budget  | -1         | 0 or more bytes
            bloom-bits-per-key   | 65         | 0 to 64
            compression          | zip        | none, lz4
            wal-segment-size     | 1KB        | 64KB to 1GB
            compaction-threshold | 1          | 2 to 1000
            compaction-interval  | 0          | more than 0
            gc-interval          | 0          | more than 0
            time-bucket          | 0s         | more than 0
            default-ttl          | 0          | none, or more than 0
            auto-background      | maybe      | true, false
            in-memory            | maybe      | true, false
            shutdown-timeout     | -1         | 0 or more
            query.scan           | never      | allow, warn, fail
            schema.mode          | drop       | update, validate, sync, none
            data-dir             | file:x     | a directory of the file system
            data-dir             | ~/data     | only a shell knows ~, write ${user.home}
            data-dir             | ${nope}/db | nothing defines the placeholder in it
            wal-sync-interval    | 0          | allowed: at least 1ms
            wal-sync-interval    | -5         | allowed: at least 1ms
            read-only            | true       | false with flowdb.in-memory=true
            schema               | update     | no value of its own, as it is a group: flowdb.schema.mode
            query                | warn       | it is a group: flowdb.query.scan, flowdb.query.slow-threshold
            """)
    void value_outOfRange_isReportedWithNameValueAndRange(String name, String value, String range) {
        runner.withPropertyValues("flowdb.in-memory=true", "flowdb." + name + "=" + value)
                .run(context -> {
                    assertThat(StartupReport.of(context.getStartupFailure()).getDescription())
                            .contains("Property: flowdb." + name + "\n", "Value: \"" + value + "\"", range);
                });
    }

    /** Of a value that is not even a number, only the kind was said. */
    @Test
    void value_ofAnotherKind_isReportedWithTheRange() {
        Map<String, String> properties = new TreeMap<>();
        for (RecordComponent component : FlowDbProperties.class.getRecordComponents()) {
            Class<?> type = component.getType();
            if (type == int.class || type == DataSize.class || type == Duration.class) {
                properties.put(PropertiesCheck.propertyName(component.getName()), "x");
            }
        }
        assertThat(properties).hasSize(15);
        runner.withPropertyValues(properties.entrySet().stream()
                        .map(property -> property.getKey() + "=" + property.getValue())
                        .toArray(String[]::new))
                .run(context -> {
                    String report =
                            StartupReport.of(context.getStartupFailure()).getDescription();
                    for (String property : properties.keySet()) {
                        assertThat(report)
                                .containsPattern("Property: " + property
                                        + "\n    Value: \"x\"\n.*\n    Reason: allowed: a .* \\(.*(\\d|more).*\\)");
                    }
                });
    }

    @Test
    void report_listsEveryBadPropertyAtOnce() {
        runner.withPropertyValues(
                        "flowdb.memtable-size=0",
                        "flowdb.block-size=lots",
                        "flowdb.wal-sync-mode=interval",
                        "flowdb.wal-sync-interval=0",
                        "flowdb.compactionthreshhold=9",
                        "flowdb.data-dir=")
                .run(context -> {
                    FailureAnalysis report = StartupReport.of(context.getStartupFailure());
                    assertThat(report.getDescription())
                            .startsWith("5 properties of FlowDB cannot be used:")
                            .contains("Property: flowdb.memtable-size\n    Value: \"0\"")
                            .contains("Property: flowdb.block-size\n    Value: \"lots\"")
                            .contains("Property: flowdb.wal-sync-interval\n    Value: \"0\"", "at least 1ms")
                            .contains("Property: flowdb.data-dir\n    Value: \"\"")
                            .contains(
                                    "Property: flowdb.compactionthreshhold\n    Value: \"9\"",
                                    "there is no such property, did you mean flowdb.compaction-threshold?");
                    assertThat(report.getAction()).contains("Correct the values");
                });
    }

    @Test
    void report_namesWhereAPropertyWasWritten(@TempDir Path dir) throws Exception {
        Path file = Files.writeString(dir.resolve("app.properties"), "a=b\nflowdb.memtable-size=0\n");

        runner.withInitializer(new ConfigDataApplicationContextInitializer())
                .withPropertyValues("spring.config.import=" + file.toUri())
                .run(context -> assertThat(
                                StartupReport.of(context.getStartupFailure()).getDescription())
                        .contains("Origin: ", "app.properties", "2:22"));
    }

    @Test
    void unknownProperty_ofANestedGroup_isReported() {
        runner.withPropertyValues("flowdb.schema.mod=none")
                .run(context -> assertThat(
                                StartupReport.of(context.getStartupFailure()).getDescription())
                        .contains("flowdb.schema.mod\n", "did you mean flowdb.schema.mode?"));
    }

    /**
     * The binder looks inside the type of a size, and its bytes were taken for a property: the one to be meant, and a
     * known one.
     */
    @Test
    void unknownProperty_closeToASize_isReportedWithTheSize() {
        runner.withPropertyValues("flowdb.memtable-sise=1MB", "flowdb.memtable-size.bytes=1048576")
                .run(
                        context -> assertThat(StartupReport.of(context.getStartupFailure())
                                        .getDescription())
                                .startsWith("2 properties")
                                .contains("Property: flowdb.memtable-sise\n", "Property: flowdb.memtable-size.bytes\n")
                                .containsPattern(
                                        "did you mean flowdb\\.memtable-size\\?[\\s\\S]*did you mean flowdb\\.memtable-size\\?"));
    }

    /** What was no boolean, and what was another word for true, left FlowDB out without a word. */
    @Test
    void enabled_neitherTrueNorFalse_isReportedWithTheOthers() {
        runner.withPropertyValues("flowdb.enabled=ture", "flowdb.memtable-size=0")
                .run(context -> assertThat(
                                StartupReport.of(context.getStartupFailure()).getDescription())
                        .startsWith("2 properties")
                        .contains("Property: flowdb.enabled\n    Value: \"ture\"", "allowed: true, false"));
    }

    @ParameterizedTest
    @CsvSource({"true, true", "yes, true", "on, true", "false, false", "no, false", "OFF, false"})
    void enabled_inAnyWordThatBinds_isThatWord(String value, boolean enabled) {
        runner.withPropertyValues("flowdb.in-memory=true", "flowdb.enabled=" + value)
                .run(context -> assertThat(context.getBeanNamesForType(FlowDbProperties.class))
                        .hasSize(enabled ? 1 : 0));
    }

    @Test
    void property_inAnotherSpelling_isKnown() {
        runner.withPropertyValues("flowdb.memtableSize=1MB", "flowdb.in_memory=true", "flowdbx.foo=1", "other.flowdb=2")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void invalidProperties_withFlowDbOff_areNotLookedAt() {
        runner.withPropertyValues("flowdb.enabled=false", "flowdb.memtable-size=0")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(FlowDbProperties.class));
    }

    @Test
    void otherProperties_withConversionFailures_keepTheirReport() {
        runner.withUserConfiguration(Others.class)
                .withPropertyValues("others.number=many")
                .run(context -> assertThat(
                                StartupReport.of(context.getStartupFailure()).getDescription())
                        .contains("Failed to bind properties under 'others.number'"));
    }

    @Test
    void customizer_withValueOutOfRange_isReported() {
        runner.withBean(
                        FlowDbConfigCustomizer.class,
                        () -> builder -> builder.blockSize(1).bloomBitsPerKey(99))
                .run(context -> assertThat(
                                StartupReport.of(context.getStartupFailure()).getDescription())
                        .contains("Setting: blockSize (property flowdb.block-size)", "\"1\"", "512 B to 4 MiB")
                        .contains("Setting: bloomBitsPerKey", "\"99\"", "0 to 64"));
    }

    @ConfigurationProperties("others")
    record Other(int number) {}

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(Other.class)
    static class Others {}
}
