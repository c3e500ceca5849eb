package io.flowdb.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.json.JsonDB;
import io.flowdb.json.Migration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataRetrievalFailureException;

/** Beans that change the stored schema from one version to the next. */
class MigrationTest {
    private final List<Integer> carriedOut = new ArrayList<>();

    @TempDir
    private Path dir;

    @Test
    void migrations_runOnceInOrderBeforeOtherInitializers() {
        runner().withBean("two", Migration.class, () -> step(2))
                .withBean("one", Migration.class, () -> step(1))
                .withBean(FlowDbInitializer.class, () -> database -> carriedOut.add(1000 + database.schemaVersion()))
                .run(context -> {
                    assertThat(carriedOut).containsExactly(1, 2, 1002);
                    assertThat(context.getBean(JsonDB.class).schemaVersion()).isEqualTo(2);
                    ConfigurableApplicationContext source =
                            context.getSourceApplicationContext(ConfigurableApplicationContext.class);
                    source.pause();
                    source.restart();
                    assertThat(carriedOut).containsExactly(1, 2, 1002, 1002);
                });
        carriedOut.clear();

        runner().withBean("two", Migration.class, () -> step(2))
                .withBean("one", Migration.class, () -> step(1))
                .withBean("three", Migration.class, () -> step(3))
                .run(context -> assertThat(carriedOut).containsExactly(3));
    }

    @Test
    void migration_failing_stopsTheStartAndIsReported() {
        runner().withBean("one", Migration.class, () -> step(1))
                .withBean(
                        "two",
                        Migration.class,
                        () -> Migration.of(2, "broken", transaction -> {
                            throw new IllegalStateException("no such field");
                        }))
                .run(context -> {
                    FailureAnalysis report = StartupReport.of(context.getStartupFailure());
                    assertThat(report.getDescription())
                            .contains("Migration 2 (broken) failed, the schema has version 1", "no such field");
                    assertThat(report.getAction()).contains("Correct it and start again");
                });

        runner().withBean("one", Migration.class, () -> step(1))
                .run(context -> assertThat(context.getBean(JsonDB.class).schemaVersion())
                        .isEqualTo(1));
        assertThat(carriedOut).containsExactly(1);
    }

    /** Only some kinds of exceptions were reported as a failed migration, the others with a stack trace. */
    @Test
    void migration_failingWithAnyException_isReported() {
        for (RuntimeException failure : List.of(
                new UnsupportedOperationException("no way"),
                new NullPointerException("no way"),
                new DataRetrievalFailureException("no way"))) {
            runner().withBean(
                            "one",
                            Migration.class,
                            () -> Migration.of(1, "first", transaction -> {
                                throw failure;
                            }))
                    .run(context -> assertThat(StartupReport.of(context.getStartupFailure())
                                    .getDescription())
                            .contains(
                                    "Migration 1 (first) failed",
                                    failure.getClass().getSimpleName(),
                                    "no way"));
        }
    }

    /** The advice was to correct the migration. */
    @Test
    void migration_pendingForAReader_isReportedWithoutATry() {
        runner().withBean("one", Migration.class, () -> step(1))
                .run(context -> assertThat(context).hasNotFailed());
        carriedOut.clear();

        runner().withPropertyValues("flowdb.read-only=true")
                .withBean("one", Migration.class, () -> step(1))
                .run(context -> assertThat(context).hasNotFailed());
        runner().withPropertyValues("flowdb.read-only=true")
                .withBean("one", Migration.class, () -> step(1))
                .withBean("two", Migration.class, () -> step(2))
                .run(context -> {
                    FailureAnalysis report = StartupReport.of(context.getStartupFailure());
                    assertThat(report.getDescription()).contains("has version 1", "flowdb.read-only=true", "to 2");
                    assertThat(report.getAction()).contains("without flowdb.read-only");
                });
        assertThat(carriedOut).isEmpty();
    }

    @Test
    void migration_editedAfterwards_isReported() {
        runner().withBean("one", Migration.class, () -> step(1))
                .run(context -> assertThat(context).hasNotFailed());

        runner().withBean("one", Migration.class, () -> Migration.of(1, "another text", transaction -> {}))
                .run(context -> {
                    FailureAnalysis report = StartupReport.of(context.getStartupFailure());
                    assertThat(report.getDescription()).contains("The migrations were refused", "checksum");
                    assertThat(report.getAction()).contains("is never edited");
                });
    }

    private Migration step(int version) {
        return Migration.of(version, "step " + version, transaction -> carriedOut.add(version));
    }

    private ApplicationContextRunner runner() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(FlowDbAutoConfiguration.class))
                .withPropertyValues("flowdb.data-dir=" + dir);
    }
}
