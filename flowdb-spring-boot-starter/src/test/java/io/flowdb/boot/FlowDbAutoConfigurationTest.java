package io.flowdb.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.boot.data.todo.TodoConfiguration;
import io.flowdb.json.JsonDB;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class FlowDbAutoConfigurationTest {
    @TempDir
    private Path dir;

    @Test
    void beans_byDefault_areEngineAndDocuments() {
        runner().run(context -> {
            assertThat(context).hasSingleBean(FlowDb.class).hasSingleBean(JsonDB.class);
            assertThat(context.getBean(JsonDB.class).engine())
                    .containsSame(context.getBean(FlowDb.class).engine());
            assertThat(context.getBean(FlowDb.class).config().dataDir()).isEqualTo(dir);
        });
    }

    @Test
    void beans_withFlowDbOff_areAbsent() {
        runner().withPropertyValues("flowdb.enabled=false").run(context -> {
            assertThat(context)
                    .hasNotFailed()
                    .doesNotHaveBean(FlowDb.class)
                    .doesNotHaveBean(JsonDB.class)
                    .doesNotHaveBean(Config.class);
            assertThat(dir).isEmptyDirectory();
        });
    }

    @Test
    void engine_declaredByTheApplication_isTaken() {
        runner().withBean(
                        "mine",
                        FlowDb.class,
                        () -> FlowDb.of(Config.builder().inMemory(true).build()))
                .run(context -> {
                    assertThat(context).hasSingleBean(FlowDb.class).hasBean("mine");
                    assertThat(context.getBean(JsonDB.class).engine())
                            .containsSame(context.getBean(FlowDb.class).engine());
                    assertThat(dir).isEmptyDirectory();
                });
    }

    @Test
    void documents_declaredByTheApplication_needNoEngine() {
        try (Engine engine = Engine.open(Config.builder().inMemory(true).build())) {
            JsonDB mine = JsonDB.on(engine);
            runner().withBean("mine", JsonDB.class, () -> mine).run(context -> {
                assertThat(context).doesNotHaveBean(FlowDb.class);
                assertThat(context.getBean(JsonDB.class)).isSameAs(mine);
                assertThat(dir).isEmptyDirectory();
            });
        }
    }

    @Test
    void engine_secondWithAQualifier_standsBesideTheFirst() {
        runner().withUserConfiguration(Archive.class)
                .withPropertyValues("archive-dir=" + dir.resolve("archive"))
                .run(context -> {
                    FlowDb archive = context.getBean("archive", FlowDb.class);
                    assertThat(context.getBean(FlowDb.class)).isNotSameAs(archive);
                    assertThat(context.getBean(UsesBoth.class).archive()).isSameAs(archive);
                    assertThat(context.getBean(UsesBoth.class).main())
                            .isSameAs(context.getBean("flowDb"))
                            .isNotSameAs(archive);
                    assertThat(archive.openEngine()).isPresent();
                    assertThat(context.getBean(JsonDB.class).engine())
                            .containsSame(
                                    context.getBean("flowDb", FlowDb.class).engine());
                });
    }

    /** Meters, health and endpoint stayed. */
    @Test
    void beans_withFlowDbOffBesideAnEngineOfTheApplication_areAllAbsent() {
        new ApplicationContextRunner()
                .withUserConfiguration(Everything.class)
                .withBean(
                        "mine",
                        FlowDb.class,
                        () -> FlowDb.of(Config.builder().inMemory(true).build()))
                .withPropertyValues("flowdb.enabled=false")
                .run(context -> {
                    assertThat(context).hasNotFailed().hasSingleBean(FlowDb.class);
                    assertThat(context.getBeanDefinitionNames())
                            .filteredOn(name -> !name.endsWith("Everything")) // the test's own
                            .noneMatch(name ->
                                    name.toLowerCase(Locale.ROOT).startsWith("flowdb") || name.startsWith("io.flowdb"));
                });
    }

    @Test
    void imports_eachLine_isAnAutoConfiguration() throws Exception {
        String file = "META-INF/spring/" + AutoConfiguration.class.getName() + ".imports";
        Path classes = Path.of(FlowDbAutoConfiguration.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<String> names;
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(classes.resolve(file).toUri().toURL().openStream(), StandardCharsets.UTF_8))) {
            names = lines.lines().toList();
        }

        assertThat(names)
                .contains(FlowDbAutoConfiguration.class.getName())
                .allSatisfy(name ->
                        assertThat(Class.forName(name)).isPublic().isFinal().hasAnnotation(AutoConfiguration.class));
    }

    private ApplicationContextRunner runner() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(FlowDbAutoConfiguration.class))
                .withPropertyValues("flowdb.data-dir=" + dir);
    }

    @Configuration(proxyBeanMethods = false)
    static class Archive {
        @Bean(defaultCandidate = false)
        @Qualifier("archive")
        FlowDb archive(@Value("${archive-dir}") Path dir) {
            return FlowDb.of(Config.of(dir));
        }

        @Bean
        UsesBoth usesBoth(FlowDb main, @Qualifier("archive") FlowDb archive) {
            return new UsesBoth(main, archive);
        }
    }

    /** Every auto-configuration of the class path. */
    @TodoConfiguration
    static class Everything {}

    record UsesBoth(FlowDb main, FlowDb archive) {}
}
