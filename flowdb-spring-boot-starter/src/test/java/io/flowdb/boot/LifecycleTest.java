package io.flowdb.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.error.DatabaseLockedException;
import io.flowdb.error.EngineClosedException;
import io.flowdb.json.JsonDB;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.context.event.SimpleApplicationEventMulticaster;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** When the engine is opened, released and closed. */
class LifecycleTest {
    @TempDir
    private Path dir;

    @Test
    void context_started_hasTheEngineOpen() {
        runner().run(context -> {
            FlowDb flowDb = context.getBean(FlowDb.class);
            assertThat(flowDb.openEngine())
                    .hasValueSatisfying(engine -> assertThat(engine.isOpen()).isTrue());
            assertThat(flowDb.isRunning()).isTrue();
            assertThat(flowDb.getPhase()).isLessThan(-1_000_000_000);
            assertThat(flowDb).hasToString("FlowDB in " + dir);
        });
    }

    @Test
    void context_closed_freesTheDirectory() {
        List<Engine> engines = new ArrayList<>();
        runner().run(context -> engines.add(context.getBean(FlowDb.class).engine()));

        assertThat(engines)
                .singleElement()
                .satisfies(engine -> assertThat(engine.isOpen()).isFalse());
        assertDirectoryIsFree();
    }

    @Test
    void context_startedTwiceInARow_findsItsDataAndLeavesNoThread() {
        Set<Thread> others = engineThreads(); // of contexts that other test classes left in the cache
        runner().withUserConfiguration(Notes.class).run(context -> {
            context.getBean(JsonDB.class).put("notes", note("1", "first"));
            assertThat(engineThreads()).hasSizeGreaterThan(others.size());
        });
        runner().withUserConfiguration(Notes.class)
                .run(context -> assertThat(context.getBean(JsonDB.class).get("notes", "1"))
                        .isEqualTo(note("1", "first")));

        assertThat(engineThreads()).isSubsetOf(others);
    }

    private static Set<Thread> engineThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("flowdb"))
                .collect(Collectors.toSet());
    }

    @Test
    void beans_notYetStarted_openOnFirstUse() {
        runner().withUserConfiguration(Notes.class, Seed.class)
                .run(context -> assertThat(context.getBean(JsonDB.class).get("notes", "seed"))
                        .isEqualTo(note("seed", "sown")));
    }

    @Test
    void bean_made_opensNothing() {
        FlowDb flowDb = FlowDb.of(Config.of(dir.resolve("untouched")));

        assertThat(flowDb.openEngine()).isEmpty();
        flowDb.destroy();
        assertThat(dir.resolve("untouched")).doesNotExist();
    }

    @Test
    void preDestroy_ofABeanThatUsesTheStore_canWrite() {
        runner().withUserConfiguration(Notes.class, LastWords.class)
                .run(context -> assertThat(context).hasNotFailed());

        assertLastWords();
    }

    @Test
    void stop_ofAnyLifecycleBean_canWrite() {
        List<String> stopped = new ArrayList<>();
        runner().withUserConfiguration(Notes.class)
                .withBean(Late.class, () -> new Late(stopped))
                .run(context -> context.getBean(Late.class).database = context.getBean(JsonDB.class));

        assertThat(stopped).containsExactly("wrote");
    }

    @Test
    void context_failingToStart_freesTheDirectory() {
        runner().withUserConfiguration(Notes.class, Seed.class)
                .withBean("broken", Object.class, () -> {
                    throw new IllegalStateException("no");
                })
                .run(context -> assertThat(context).hasFailed());

        assertDirectoryIsFree();
    }

    /**
     * When a port was taken, the web server failed after the engine had started; the engine was stopped as for a pause,
     * and what beans wrote when they were destroyed was refused.
     */
    @Test
    void context_failingAfterTheEngineHasStarted_letsTheLastBeanWrite() {
        runner().withUserConfiguration(Notes.class, LastWords.class)
                .withBean(Unstartable.class)
                .run(context -> assertThat(context).hasFailed());

        assertLastWords();
        assertDirectoryIsFree();
    }

    /** The engine learnt from an event that the context closes, which other listeners can keep from it. */
    @Test
    void context_closingBesideAListenerThatFails_letsTheLastBeanWrite() {
        runner().withUserConfiguration(Notes.class, LastWords.class, FailsAtTheEnd.class)
                .run(context -> assertThat(context).hasNotFailed());

        assertLastWords();
    }

    /** As above, with events that come when they can. */
    @Test
    void context_withEventsOnOtherThreads_letsTheLastBeanWriteAndCanBePaused() {
        runner().withUserConfiguration(Notes.class, LastWords.class, Events.class)
                .run(context -> {
                    ConfigurableApplicationContext source =
                            context.getSourceApplicationContext(ConfigurableApplicationContext.class);
                    source.pause();
                    assertDirectoryIsFree();
                    source.restart();
                });

        assertLastWords();
    }

    /** The engine was stopped as for a pause. */
    @Test
    void context_failingAtTheVeryEndOfItsStart_letsTheLastBeanWrite() {
        runner().withUserConfiguration(Notes.class, LastWords.class, FailsWhenRefreshed.class)
                .run(context -> assertThat(context).hasFailed());

        assertLastWords();
        assertDirectoryIsFree();
    }

    @Test
    void context_closedWhilePaused_letsTheLastBeanWrite() {
        runner().withUserConfiguration(Notes.class, LastWords.class)
                .run(context -> context.getSourceApplicationContext(ConfigurableApplicationContext.class)
                        .pause());

        assertLastWords();
        assertDirectoryIsFree();
    }

    /** The directory was still in use when it returned. */
    @Test
    void pause_inAnInterruptedThread_waitsForTheClose() {
        runner().withUserConfiguration(Notes.class).run(context -> {
            ConfigurableApplicationContext source =
                    context.getSourceApplicationContext(ConfigurableApplicationContext.class);
            Engine engine = context.getBean(FlowDb.class).engine();
            Thread.currentThread().interrupt();
            source.pause();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(engine.isOpen()).isFalse();
            assertDirectoryIsFree();
            source.restart();
        });
    }

    @Test
    void context_withLazyBeans_opensAtItsStartAndLetsTheLastBeanWrite() {
        runner().withUserConfiguration(Notes.class, LastWords.class)
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> {
                    assertThat(context.getBean(FlowDb.class).openEngine()).isPresent();
                    assertThat(context.getBean(LastWords.class)).isNotNull();
                });
        assertLastWords();
    }

    @Test
    void pause_freesTheDirectoryUntilTheRestart() {
        runner().withUserConfiguration(Notes.class).run(context -> {
            ConfigurableApplicationContext source =
                    context.getSourceApplicationContext(ConfigurableApplicationContext.class);
            FlowDb flowDb = context.getBean(FlowDb.class);
            JsonDB database = context.getBean(JsonDB.class);
            database.put("notes", note("1", "before"));
            Engine before = flowDb.engine();

            source.pause();

            assertThat(before.isOpen()).isFalse();
            assertThat(flowDb.isPaused()).isTrue();
            assertThatThrownBy(() -> database.get("notes", "1")).isInstanceOf(EngineClosedException.class);
            assertThatThrownBy(flowDb::engine)
                    .isInstanceOf(EngineClosedException.class)
                    .hasMessageContaining("paused");
            writeElsewhere();

            source.restart();

            assertThat(flowDb.isPaused()).isFalse();
            assertThat(flowDb.engine()).isNotSameAs(before);
            assertThat(context.getBean(JsonDB.class)).isSameAs(database).isSameAs(flowDb.documents());
            assertThat(database.engine()).containsSame(flowDb.engine());
            assertThat(database.get("notes", "1")).isEqualTo(note("1", "before"));
            assertThat(database.get("notes", "2")).isEqualTo(note("2", "elsewhere"));
            assertThat(database.count("notes")).isEqualTo(2);
            database.put("notes", note("3", "after"));
        });
        assertDirectoryIsFree();
    }

    @Test
    void pause_ofAnEngineInMemory_keepsItsData() {
        runner().withUserConfiguration(Notes.class)
                .withPropertyValues("flowdb.in-memory=true")
                .run(context -> {
                    ConfigurableApplicationContext source =
                            context.getSourceApplicationContext(ConfigurableApplicationContext.class);
                    JsonDB database = context.getBean(JsonDB.class);
                    database.put("notes", note("1", "kept"));
                    source.pause();
                    source.restart();
                    assertThat(database.get("notes", "1")).isEqualTo(note("1", "kept"));
                    assertThat(context.getBean(JsonDB.class)).isSameAs(database);
                });
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void contexts_twoOnOneDirectory_secondFailsUntilTheFirstIsPaused() {
        runner().run(first -> {
            runner().run(second ->
                    assertThat(second).getFailure().hasRootCauseInstanceOf(DatabaseLockedException.class));
            first.getSourceApplicationContext(ConfigurableApplicationContext.class)
                    .pause();
            runner().run(second -> assertThat(second).hasNotFailed());
            first.getSourceApplicationContext(ConfigurableApplicationContext.class)
                    .restart();
            assertThat(first.getBean(FlowDb.class).engine().isOpen()).isTrue();
        });
    }

    @Test
    void childContext_closed_leavesTheEngineToItsOwnContext() {
        runner().run(parent -> {
            AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext();
            child.setParent(parent.getSourceApplicationContext());
            child.refresh();
            child.close();

            ConfigurableApplicationContext source =
                    parent.getSourceApplicationContext(ConfigurableApplicationContext.class);
            source.pause();
            assertDirectoryIsFree();
            source.restart();
        });
    }

    @Test
    void initializers_runInOrderAtEveryOpening() {
        List<String> calls = new ArrayList<>();
        runner().withUserConfiguration(Initializers.class)
                .withBean("calls", List.class, () -> calls)
                .run(context -> {
                    assertThat(calls).containsExactly("first", "second");
                    ConfigurableApplicationContext source =
                            context.getSourceApplicationContext(ConfigurableApplicationContext.class);
                    source.pause();
                    source.restart();
                    assertThat(calls).containsExactly("first", "second", "first", "second");
                });
    }

    @Test
    void initializer_failing_stopsTheStartAndFreesTheDirectory() {
        runner().withBean(FlowDbInitializer.class, () -> database -> {
                    throw new IllegalStateException("migration failed");
                })
                .run(context -> assertThat(context).getFailure().hasRootCauseMessage("migration failed"));

        assertDirectoryIsFree();
    }

    private ApplicationContextRunner runner() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(FlowDbAutoConfiguration.class))
                .withPropertyValues("flowdb.data-dir=" + dir);
    }

    private void writeElsewhere() {
        FlowDb other = FlowDb.of(Config.of(dir));
        try {
            other.documents().put("notes", note("2", "elsewhere"));
        } finally {
            other.destroy();
        }
    }

    private void assertLastWords() {
        runner().withUserConfiguration(Notes.class)
                .run(context -> assertThat(context.getBean(JsonDB.class).get("notes", "last"))
                        .isEqualTo(note("last", "words")));
    }

    private void assertDirectoryIsFree() {
        assertThat(Files.isDirectory(dir)).isTrue();
        Engine.open(Config.of(dir)).close();
    }

    private static ObjectNode note(String id, String text) {
        return JsonMapper.shared().createObjectNode().put("id", id).put("text", text);
    }

    @Configuration(proxyBeanMethods = false)
    static class Notes {
        @Bean
        FlowDbInitializer notesStore() {
            return database -> database.createObjectStore("notes", "id");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Seed {
        private final JsonDB database;

        Seed(JsonDB database) {
            this.database = database;
        }

        @PostConstruct
        void sow() {
            database.put("notes", note("seed", "sown"));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class LastWords {
        private final JsonDB database;

        LastWords(JsonDB database) {
            this.database = database;
        }

        @PreDestroy
        void say() {
            database.put("notes", note("last", "words"));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class FailsAtTheEnd {
        @EventListener
        @Order(Ordered.HIGHEST_PRECEDENCE)
        void end(ContextClosedEvent event) {
            throw new IllegalStateException("at the end");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class FailsWhenRefreshed {
        @EventListener
        void start(ContextRefreshedEvent event) {
            throw new IllegalStateException("at the start");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Events {
        @Bean
        SimpleApplicationEventMulticaster applicationEventMulticaster() {
            SimpleApplicationEventMulticaster multicaster = new SimpleApplicationEventMulticaster();
            multicaster.setTaskExecutor(task -> new Thread(() -> {
                        LockSupport.parkNanos(50_000_000);
                        task.run();
                    })
                    .start());
            return multicaster;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Initializers {
        @Bean
        @Order(2)
        FlowDbInitializer second(List<String> calls) {
            return database -> calls.add("second");
        }

        @Bean
        @Order(1)
        FlowDbInitializer first(List<String> calls) {
            return database -> calls.add("first");
        }
    }

    /** As a web server whose port is taken. */
    static final class Unstartable implements SmartLifecycle {
        @Override
        public void start() {
            throw new IllegalStateException("no port");
        }

        @Override
        public void stop() {}

        @Override
        public boolean isRunning() {
            return false;
        }
    }

    /** Stops after everything but the engine. */
    static final class Late implements SmartLifecycle {
        private final List<String> stopped;
        private JsonDB database;
        private boolean running;

        Late(List<String> stopped) {
            this.stopped = stopped;
        }

        @Override
        public int getPhase() {
            return Integer.MIN_VALUE; // even after the engine
        }

        @Override
        public void start() {
            running = true;
        }

        @Override
        public void stop() {
            running = false;
            database.put("notes", note("late", "stop"));
            stopped.add("wrote");
        }

        @Override
        public boolean isRunning() {
            return running;
        }
    }
}
