package io.flowdb.boot.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.boot.data.todo.Todo;
import io.flowdb.boot.data.todo.TodoConfiguration;
import io.flowdb.boot.data.todo.TodoRepository;
import io.flowdb.data.core.FlowDbTemplate;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.config.EnableFlowDbAuditing;
import io.flowdb.data.repository.config.EnableFlowDbRepositories;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.aop.framework.Advised;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.FileSystemGeneratedFiles;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.FilterType;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.DecoratingProxy;
import org.springframework.data.annotation.CreatedBy;
import org.springframework.data.annotation.CreatedDate;
import org.springframework.data.auditing.DateTimeProvider;
import org.springframework.data.domain.AuditorAware;
import org.springframework.data.repository.Repository;
import org.springframework.javapoet.ClassName;
import org.springframework.transaction.interceptor.TransactionalProxy;

/**
 * The application processed ahead of time: that opens nothing, and what it generates works on the JVM. Auditing found
 * neither the auditor nor the clock of the application, as the way they were injected was lost.
 */
class AheadOfTimeTest {
    @TempDir
    private Path dir;

    @Test
    void processing_opensNothingAndHintsAtEntitiesAndRepositories() {
        DefaultGenerationContext generation = generation();
        process(generation);

        assertThat(dir.resolve("db")).doesNotExist();
        assertThat(RuntimeHintsPredicates.reflection().onType(Todo.class)).accepts(generation.getRuntimeHints());
        assertThat(RuntimeHintsPredicates.proxies()
                        .forInterfaces(
                                TodoRepository.class,
                                Repository.class,
                                TransactionalProxy.class,
                                Advised.class,
                                DecoratingProxy.class))
                .accepts(generation.getRuntimeHints());
    }

    @Test
    void processedApplication_storesAndFindsEntities() throws Exception {
        ClassName initializer = process(generation());
        Path classes = compile(dir.resolve("generated/sources"));

        Process application = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classes
                                + File.pathSeparator
                                + dir.resolve("generated/resources")
                                + File.pathSeparator
                                + System.getProperty("java.class.path"),
                        "-Dspring.aot.enabled=true",
                        ProcessedApplication.class.getName(),
                        initializer.reflectionName(),
                        dir.resolve("db").toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(application.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(application.waitFor()).as(output).isZero();
        assertThat(output)
                .contains(
                        "found Todo[id=1, ownerId=ada, title=write",
                        "inserted Note[id=1, by=eve, at=1970-01-01T00:00:00Z");
    }

    private DefaultGenerationContext generation() {
        return new DefaultGenerationContext(
                new ClassNameGenerator(ClassName.get(AheadOfTimeTest.class)),
                new FileSystemGeneratedFiles(
                        kind -> dir.resolve("generated").resolve(kind.name().toLowerCase(Locale.ROOT) + "s")));
    }

    private ClassName process(DefaultGenerationContext generation) {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        TestPropertyValues.of("flowdb.data-dir=" + dir.resolve("db")).applyTo(context);
        context.register(Application.class);
        ClassName initializer = new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
        generation.writeGeneratedContent();
        return initializer;
    }

    private Path compile(Path sources) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(sources)) {
            files = walk.filter(p -> p.toString().endsWith(".java")).toList();
        }
        Path classes = Files.createDirectory(dir.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(
                            messages,
                            manager,
                            null,
                            List.of("-d", classes.toString(), "-proc:none", "-nowarn"),
                            null,
                            manager.getJavaFileObjectsFromPaths(files))
                    .call();
            assertThat(compiled).as(messages.toString()).isTrue();
        }
        return classes;
    }

    @TodoConfiguration
    @EnableFlowDbAuditing
    @EnableFlowDbRepositories(
            basePackageClasses = Note.class,
            considerNestedRepositories = true,
            includeFilters =
                    @Filter(
                            type = FilterType.ASSIGNABLE_TYPE,
                            classes = {Notes.class, TodoRepository.class}))
    static class Application {
        @Bean
        AuditorAware<String> auditor() {
            return () -> Optional.of("eve");
        }

        @Bean
        DateTimeProvider clock() {
            return () -> Optional.of(Instant.EPOCH);
        }
    }

    @ObjectStore("notes")
    record Note(
            @Id String id,
            @CreatedBy @Nullable String by,
            @CreatedDate @Nullable Instant at) {}

    /** Of an entity outside the packages of the application, so it is the repository that makes its store. */
    interface Notes extends FlowDbRepository<Note, String> {}

    /** Starts from generated code alone. */
    static final class ProcessedApplication {
        private ProcessedApplication() {}

        @SuppressWarnings("unchecked")
        public static void main(String[] args) throws ReflectiveOperationException {
            ApplicationContextInitializer<GenericApplicationContext> initializer =
                    (ApplicationContextInitializer<GenericApplicationContext>)
                            Class.forName(args[0]).getDeclaredConstructor().newInstance();
            try (GenericApplicationContext context = new GenericApplicationContext()) {
                TestPropertyValues.of("flowdb.data-dir=" + args[1]).applyTo(context);
                initializer.initialize(context);
                context.refresh();
                TodoRepository todos = context.getBean(TodoRepository.class);
                todos.save(Todo.of("1", "ada", "write", 1));
                System.out.println(
                        "found " + todos.findByOwnerIdOrderByPriorityDesc("ada").get(0));
                System.out.println(
                        "inserted " + context.getBean(FlowDbTemplate.class).insert(new Note("1", null, null)));
            }
        }
    }
}
