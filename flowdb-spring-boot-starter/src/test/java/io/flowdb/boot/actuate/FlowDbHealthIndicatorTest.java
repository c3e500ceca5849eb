package io.flowdb.boot.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.flowdb.Config;
import io.flowdb.EngineStats;
import io.flowdb.boot.FlowDb;
import io.flowdb.boot.FlowDbAutoConfiguration;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;

class FlowDbHealthIndicatorTest {
    @TempDir
    private Path dir;

    @Test
    void engine_open_isUp() {
        runner().run(context -> {
            Health health = health(context.getBean(FlowDbHealthIndicator.class));
            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails())
                    .containsEntry("dataDir", dir.toString())
                    .containsEntry("state", "open")
                    .containsKeys("freeSpace", "neededSpace");
        });
    }

    @Test
    void engine_paused_isOutOfServiceAndStaysClosed() {
        runner().run(context -> {
            context.getSourceApplicationContext(ConfigurableApplicationContext.class)
                    .pause();
            Health health = health(context.getBean(FlowDbHealthIndicator.class));
            assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            assertThat(health.getDetails()).containsEntry("state", "paused");
            assertThat(context.getBean(FlowDb.class).openEngine()).isEmpty();
            context.getSourceApplicationContext(ConfigurableApplicationContext.class)
                    .restart();
            assertThat(health(context.getBean(FlowDbHealthIndicator.class)).getStatus())
                    .isEqualTo(Status.UP);
        });
    }

    /** It looked for the disk where the operating system follows the link first. */
    @Test
    void directory_behindALinkAndBack_isWhereTheEngineIs() throws IOException {
        Files.createDirectories(dir.resolve("volume/deep"));
        Path link = Files.createSymbolicLink(dir.resolve("link"), dir.resolve("volume/deep"));
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        FlowDbAutoConfiguration.class, FlowDbHealthContributorAutoConfiguration.class))
                .withPropertyValues("flowdb.data-dir=" + link + "/../db")
                .run(context -> {
                    Health health = health(context.getBean(FlowDbHealthIndicator.class));
                    assertThat(health.getStatus()).isEqualTo(Status.UP);
                    assertThat(health.getDetails())
                            .containsEntry("dataDir", dir.resolve("db").toString());
                    assertThat(dir.resolve("db")).isNotEmptyDirectory();
                });
    }

    /** It was up and open, while every operation failed. */
    @Test
    void engine_closedByTheApplication_isDownUntilARestart() {
        runner().run(context -> {
            FlowDb flowDb = context.getBean(FlowDb.class);
            FlowDbHealthIndicator indicator = context.getBean(FlowDbHealthIndicator.class);
            flowDb.engine().close();
            Health health = health(indicator);
            assertThat(health.getStatus()).isEqualTo(Status.DOWN);
            assertThat(health.getDetails())
                    .containsEntry("state", "closed")
                    .containsEntry("reason", "code of the application closed the engine");
            ConfigurableApplicationContext source =
                    context.getSourceApplicationContext(ConfigurableApplicationContext.class);
            source.pause();
            assertThat(health(indicator).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            source.restart();
            assertThat(health(indicator).getStatus()).isEqualTo(Status.UP);
        });
    }

    @Test
    void engine_neverUsed_isUnknownAndStaysClosed() {
        FlowDb flowDb = FlowDb.of(Config.of(dir.resolve("none")));
        assertThat(health(new FlowDbHealthIndicator(flowDb)).getStatus()).isEqualTo(Status.UNKNOWN);
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void engine_refusingWrites_isDownWithItsReason() {
        runner().run(context -> {
            FlowDb flowDb = context.getBean(FlowDb.class);
            FlowDb failed = mock(FlowDb.class);
            when(failed.config()).thenReturn(flowDb.config());
            when(failed.dataDir()).thenReturn(flowDb.dataDir());
            when(failed.openEngine()).thenReturn(flowDb.openEngine());
            when(failed.openStats()).thenReturn(flowDb.openStats().map(FlowDbHealthIndicatorTest::withError));

            Health health = health(new FlowDbHealthIndicator(failed));
            assertThat(health.getStatus()).isEqualTo(Status.DOWN);
            assertThat(health.getDetails()).containsEntry("reason", "disk full").containsEntry("writeStalls", 0L);
        });
    }

    /** The same figures with an error beside them. */
    private static EngineStats withError(EngineStats stats) {
        try {
            RecordComponent[] components = EngineStats.class.getRecordComponents();
            Object[] values = new Object[components.length];
            Class<?>[] types = new Class<?>[components.length];
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                values[i] = components[i].getName().equals("lastBackgroundError")
                        ? "disk full"
                        : components[i].getAccessor().invoke(stats);
            }
            return EngineStats.class.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void disk_withLessSpaceThanTheNextFlushNeeds_isDown() {
        runner().withPropertyValues("flowdb.memtable-size=10MB", "flowdb.wal-segment-size=5MB")
                .run(context -> {
                    FlowDb flowDb = context.getBean(FlowDb.class);
                    Health low = health(new FlowDbHealthIndicator(flowDb, directory -> (15 << 20) - 1));
                    assertThat(low.getStatus()).isEqualTo(Status.DOWN);
                    assertThat(low.getDetails()).containsEntry("reason", "too little free space on the disk");
                    assertThat(health(new FlowDbHealthIndicator(flowDb, directory -> 15 << 20))
                                    .getStatus())
                            .isEqualTo(Status.UP);
                });
    }

    @Test
    void engines_several_areAllReported() {
        runner().withBean(
                        "archive",
                        FlowDb.class,
                        () -> FlowDb.of(Config.builder().inMemory(true).build()),
                        d -> ((org.springframework.beans.factory.support.AbstractBeanDefinition) d)
                                .setDefaultCandidate(false))
                .run(context -> {
                    CompositeHealthContributor all = (CompositeHealthContributor)
                            context.getBean("flowDbHealthContributor", HealthContributor.class);
                    assertThat(all.stream().map(e -> e.name())).containsExactlyInAnyOrder("flowDb", "archive");
                });
    }

    @Test
    void health_turnedOff_isAbsent() {
        runner().withPropertyValues("management.health.flowdb.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(HealthContributor.class));
    }

    private ApplicationContextRunner runner() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        FlowDbAutoConfiguration.class, FlowDbHealthContributorAutoConfiguration.class))
                .withPropertyValues("flowdb.data-dir=" + dir);
    }

    private static Health health(FlowDbHealthIndicator indicator) {
        return indicator.health();
    }
}
