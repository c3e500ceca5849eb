package io.flowdb.benchmarks.spring.user;

import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * An application context with a repository of users. Threads: any. Errors are those of Spring's
 * {@code DataAccessException}.
 *
 * @param <U> the entity
 */
public final class UserStore<U extends StoredUser> implements AutoCloseable {
    /** Name of the bean that says where the database is. */
    public static final String DIRECTORY = "directory";

    private final AnnotationConfigApplicationContext context;
    private final UserRepository<U> repository;
    private final Creator<U> creator;

    private UserStore(AnnotationConfigApplicationContext context, UserRepository<U> repository, Creator<U> creator) {
        this.context = context;
        this.repository = repository;
        this.creator = creator;
    }

    /** Opens or creates the database in {@code dir}; its absolute path becomes the bean {@value #DIRECTORY}. */
    public static <U extends StoredUser> UserStore<U> start(
            Path dir, Class<?> configuration, Class<? extends UserRepository<U>> repository, Creator<U> creator)
            throws Exception {
        Files.createDirectories(dir);
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        try {
            context.registerBean(DIRECTORY, Path.class, dir::toAbsolutePath);
            context.register(configuration);
            context.refresh();
            return new UserStore<>(context, context.getBean(repository), creator);
        } catch (RuntimeException e) {
            context.close();
            throw e;
        }
    }

    /** The repository, with transactions as Spring Data sets them up. */
    public UserRepository<U> repository() {
        return repository;
    }

    /** An entity that is not stored yet. */
    public U newUser(String email, String city, int age, String name) {
        return creator.create(email, city, age, name);
    }

    /** A bean of the context. */
    public <B> B bean(Class<B> type) {
        return context.getBean(type);
    }

    @Override
    public void close() {
        context.close();
    }

    /** Makes an entity without id. */
    @FunctionalInterface
    public interface Creator<U> {
        /** From its fields. */
        U create(String email, String city, int age, String name);
    }
}
