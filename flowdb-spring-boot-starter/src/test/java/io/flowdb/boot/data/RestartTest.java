package io.flowdb.boot.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.boot.data.todo.Todo;
import io.flowdb.boot.data.todo.TodoConfiguration;
import io.flowdb.boot.data.todo.TodoRepository;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.DefaultResourceLoader;

/** Applications that are started again: by DevTools in the same JVM with new classes, and after {@code kill -9}. */
class RestartTest {
    private static final int WRITES = 200;

    @TempDir
    private Path dir;

    /** DevTools closes the context and starts it again with classes of a new loader; jars stay loaded. */
    @Test
    void devTools_restartWithNewClasses_goesOnWithTheData() throws Exception {
        for (int start = 1; start <= 3; start++) {
            try (RestartLoader classes = new RestartLoader()) {
                Thread thread = Thread.currentThread();
                ClassLoader before = thread.getContextClassLoader();
                thread.setContextClassLoader(classes);
                try {
                    Object count = ((Callable<?>) classes.loadClass(Run.class.getName())
                                    .getDeclaredConstructor(String.class)
                                    .newInstance(dir.toString()))
                            .call();
                    assertThat(count).isEqualTo("" + start);
                } finally {
                    thread.setContextClassLoader(before);
                }
                assertThat(Thread.getAllStackTraces().keySet())
                        .as("no thread keeps the classes of the application")
                        .noneMatch(t -> t.getContextClassLoader() == classes);
            }
        }
    }

    @Test
    void kill_whileWriting_losesNothingAcknowledged() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-Dspring.devtools.restart.enabled=false",
                        Writer.class.getName(),
                        dir.toString())
                .redirectErrorStream(true)
                .start();
        List<String> acknowledged = new ArrayList<>();
        List<String> output = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine();
                    line != null && acknowledged.size() < WRITES;
                    line = lines.readLine()) {
                output.add(line);
                if (line.startsWith("stored ")) {
                    acknowledged.add(line.substring("stored ".length()));
                }
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(acknowledged).as("%s", output).hasSize(WRITES);
        try (ConfigurableApplicationContext context = start(dir.toString(), null)) {
            TodoRepository todos = context.getBean(TodoRepository.class);
            assertThat(acknowledged).allMatch(todos::existsById);
            assertThat(todos.findByOwnerIdOrderByPriorityDesc("ada")).hasSize((int) todos.count());
        }
    }

    private static ConfigurableApplicationContext start(String dir, ClassLoader classes) {
        return new SpringApplicationBuilder(Application.class)
                .resourceLoader(new DefaultResourceLoader(classes))
                .web(WebApplicationType.NONE)
                .properties("flowdb.data-dir=" + dir)
                .run();
    }

    /** Stores todos until it is killed. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) {
            try (ConfigurableApplicationContext context = start(args[0], null)) {
                TodoRepository todos = context.getBean(TodoRepository.class);
                for (int i = 0; i < 1_000_000; i++) {
                    String id =
                            todos.save(Todo.of("t" + i, "ada", "title " + i, i)).id();
                    System.out.println("stored " + id);
                }
            }
        }
    }

    /** One start of the application; answers how many todos there are after one more. */
    public static final class Run implements Callable<String> {
        private final String dir;

        public Run(String dir) {
            this.dir = dir;
        }

        @Override
        public String call() {
            try (ConfigurableApplicationContext context =
                    start(dir, Thread.currentThread().getContextClassLoader())) {
                TodoRepository todos = context.getBean(TodoRepository.class);
                todos.save(Todo.of(null, "ada", "title " + todos.count(), 1));
                assertThat(todos.findAll()).hasOnlyElementsOfType(Todo.class);
                return "" + todos.count();
            }
        }
    }

    @TodoConfiguration
    static class Application {}

    /** As that of DevTools: classes of the application from here, all others from the parent. */
    private static final class RestartLoader extends URLClassLoader {
        RestartLoader() {
            super(urls(), RestartTest.class.getClassLoader());
        }

        private static URL[] urls() {
            return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                    .filter(entry -> entry.endsWith("test-classes"))
                    .map(RestartLoader::url)
                    .toArray(URL[]::new);
        }

        private static URL url(String entry) {
            try {
                return Path.of(entry).toUri().toURL();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            boolean ofApplication =
                    name.startsWith("io.flowdb.boot.data.todo.") || name.startsWith(RestartTest.class.getName());
            if (!ofApplication) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : define(name);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
