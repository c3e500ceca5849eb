package io.flowdb.data.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.core.Conditions;
import io.flowdb.data.core.EntityChanges;
import io.flowdb.data.core.FlowDbOperations;
import io.flowdb.data.core.FlowDbQuery;
import io.flowdb.data.core.FlowDbTemplate;
import io.flowdb.data.core.RowAction;
import io.flowdb.data.core.RowPolicy;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import io.flowdb.data.repository.config.EnableFlowDbRepositories;
import io.flowdb.json.ExportFormat;
import io.flowdb.json.Filter;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.domain.Example;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

/** Policies as beans: of a scope, with repositories of their own, and such as fail or answer nothing. */
class RowPolicyBeansTest {

    @ObjectStore("diaries")
    record Diary(@Id String id, @Indexed String owner) {}

    @ObjectStore("friends")
    record Friend(@Id String id, @Indexed String of, String name) {}

    interface Diaries extends FlowDbRepository<Diary, String> {
        List<Diary> findByOwner(String owner);

        @Query("owner != 'nobody'")
        List<Diary> all();

        @Async
        CompletableFuture<List<Diary>> findAsyncByOwnerNot(String owner);
    }

    interface Friends extends FlowDbRepository<Friend, String> {
        List<Friend> findByOf(String of);
    }

    /** Who is logged in on a thread. */
    static class User {
        private String name = "nobody";

        void setName(String name) {
            this.name = name;
        }

        String getName() {
            return name;
        }
    }

    /** What the policy of diaries says beside; each test sets it. */
    private static @Nullable BiFunction<Conditions<Diary>, User, @Nullable Filter> using;

    private static @Nullable Set<RowAction> actions;

    @Configuration
    @EnableAsync
    @EnableFlowDbRepositories(considerNestedRepositories = true)
    static class Application extends InMemoryConfiguration {

        @Bean
        @Scope(scopeName = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
        User user() {
            return new User();
        }

        /** Reads through a repository that has a policy as well. */
        @Bean
        RowPolicy<Diary> diaryPolicy(User user, ObjectProvider<Friends> friends) {
            return new RowPolicy<>() {
                @Override
                public Class<Diary> type() {
                    return Diary.class;
                }

                @Override
                public Set<RowAction> actions() {
                    return actions;
                }

                @Override
                public Filter using(Conditions<Diary> rows) {
                    if (using != null) {
                        return using.apply(rows, user);
                    }
                    List<String> names = friends.getObject().findByOf(user.getName()).stream()
                            .map(Friend::name)
                            .toList();
                    return Filter.or(rows.eq("owner", user.getName()), rows.in("owner", names));
                }
            };
        }

        @Bean
        @Scope(scopeName = "prototype")
        RowPolicy<Friend> friendPolicy(User user) {
            return new RowPolicy<>() {
                @Override
                public Class<Friend> type() {
                    return Friend.class;
                }

                @Override
                public Filter using(Conditions<Friend> rows) {
                    return rows.eq("of", user.getName());
                }
            };
        }
    }

    private static AnnotationConfigApplicationContext context;
    private static Diaries diaries;
    private static FlowDbTemplate template;

    @BeforeAll
    static void start() {
        context = new AnnotationConfigApplicationContext();
        context.getBeanFactory().registerScope("thread", new SimpleThreadScope());
        context.register(Application.class);
        context.refresh();
        diaries = context.getBean(Diaries.class);
        template = context.getBean(FlowDbTemplate.class);
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    @BeforeEach
    void store() {
        using = null;
        actions = Set.of(RowAction.values());
        FlowDbOperations all = template.bypassingRowPolicies("set-up");
        all.delete(FlowDbQuery.all(), Diary.class);
        all.delete(FlowDbQuery.all(), Friend.class);
        all.insertAll(List.of(new Diary("a", "ann"), new Diary("b", "bob"), new Diary("c", "cy")));
        all.insertAll(List.of(new Friend("1", "ann", "bob"), new Friend("2", "cy", "ann")));
        logIn("ann");
    }

    private static void logIn(String name) {
        context.getBean(User.class).setName(name);
    }

    @Test
    void policy_withARepositoryThatIsGuarded_isAskedAsTheUserOfTheThread() throws Exception {
        assertThat(diaries.all()).extracting(Diary::id).containsExactly("a", "b");
        logIn("bob");
        assertThat(diaries.all()).extracting(Diary::id).containsExactly("b");
        assertThat(diaries.findAsyncByOwnerNot("x").get())
                .as("nobody is logged in on that thread")
                .isEmpty();
    }

    /** Every way to read and to write. */
    private static List<Consumer<Diaries>> everyWay() {
        return List.of(
                d -> d.findById("a"),
                d -> d.existsById("a"),
                d -> d.findAllById(List.of("a")),
                Diaries::findAll,
                Diaries::count,
                Diaries::all,
                d -> d.findByOwner("ann"),
                d -> d.findAll(PageRequest.of(0, 1)),
                d -> d.exists(Example.of(new Diary("a", "ann"))),
                d -> d.stream().close(),
                d -> d.save(new Diary("a", "ann")),
                d -> d.insert(new Diary("n", "ann")),
                d -> d.saveAll(List.of(new Diary("n", "ann"))),
                d -> d.deleteById("a"),
                d -> d.delete(new Diary("a", "ann")),
                d -> d.deleteAllById(List.of("a")),
                Diaries::deleteAll,
                d -> template.export(Diary.class, new ByteArrayOutputStream(), ExportFormat.NDJSON),
                d -> template.explain(FlowDbQuery.all(), Diary.class),
                d -> template.query(Diary.class).limit(1).scroll(ScrollPosition.keyset()),
                d -> template.update(Diary.class).set("owner", "eve").all(),
                d -> template.delete(Diary.class).all());
    }

    private static void everyWayFails(Class<? extends RuntimeException> failure, String message) {
        for (Consumer<Diaries> way : everyWay()) {
            assertThatThrownBy(() -> way.accept(diaries)).isInstanceOf(failure).hasMessageContaining(message);
        }
        assertThat(template.bypassingRowPolicies("check").find(FlowDbQuery.all(), Diary.class))
                .containsExactly(new Diary("a", "ann"), new Diary("b", "bob"), new Diary("c", "cy"));
    }

    /** Nothing was taken for no policy at all: everybody saw and changed all. */
    @Test
    void policy_thatAnswersNull_permitsNothing() {
        using = (rows, user) -> null;
        everyWayFails(InvalidDataAccessApiUsageException.class, "none()");
    }

    @Test
    void policy_thatThrows_permitsNothing() {
        using = (rows, user) -> {
            throw new IllegalStateException("nobody is logged in");
        };
        everyWayFails(IllegalStateException.class, "nobody is logged in");
    }

    @Test
    void policy_withoutActions_permitsNothing() {
        actions = null;
        everyWayFails(InvalidDataAccessApiUsageException.class, "actions()");
    }

    /** Policies that ask each other, or themselves, had no end but that of the stack. */
    @Test
    void policy_thatAsksForItself_isRefused() {
        using = (rows, user) -> diaries.count() > 0 ? rows.all() : rows.none();
        everyWayFails(InvalidDataAccessApiUsageException.class, "'diaries'");
        using = null;
        assertThat(diaries.all()).as("the next call").hasSize(2);
    }

    @Configuration
    static class NoPolicy extends InMemoryConfiguration {
        @Bean
        RowPolicy<Diary> diaryPolicy() {
            return null;
        }
    }

    @Configuration
    static class Unproxied extends InMemoryConfiguration {
        @Bean
        @Scope("thread")
        RowPolicy<Diary> diaryPolicy() {
            return new RowPolicy<>() {
                private final String owner = Thread.currentThread().getName();

                @Override
                public Class<Diary> type() {
                    return Diary.class;
                }

                @Override
                public Filter using(Conditions<Diary> rows) {
                    return rows.eq("owner", owner);
                }
            };
        }
    }

    /** The policy of the first thread was that of all. */
    @Test
    void policy_ofAScopeWithoutProxy_isRefusedAtTheStart() {
        try (AnnotationConfigApplicationContext other = new AnnotationConfigApplicationContext()) {
            other.getBeanFactory().registerScope("thread", new SimpleThreadScope());
            other.register(Unproxied.class);
            assertThatThrownBy(other::refresh)
                    .hasStackTraceContaining("'diaryPolicy'")
                    .hasStackTraceContaining("proxyMode");
        }
    }

    /** The commit that could not be judged was lost, also for a feed that resumed at its position. */
    @Test
    void policy_thatAnswersNull_showsNothingInTheFeedAndLosesNothing() throws Exception {
        EntityChanges<Diary> changes = template.changes(Diary.class);
        FlowDbOperations all = template.bypassingRowPolicies("test");
        all.insert(new Diary("n", "bob"));
        all.insert(new Diary("m", "bob"));
        all.insert(new Diary("o", "bob"));
        long before = changes.position();
        using = (rows, user) -> null;
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> changes.poll(Duration.ofSeconds(5)))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class);
            assertThat(changes.position()).isEqualTo(before);
        }
        using = null;
        assertThat(nextIn(changes)).isEqualTo("n");
        assertThat(changes.position()).isGreaterThan(before);
        assertThat(nextIn(template.changes(Diary.class, before))).isEqualTo("n");

        using = (rows, user) -> null;
        assertThatThrownBy(() -> changes.poll(Duration.ofSeconds(5)))
                .isInstanceOf(InvalidDataAccessApiUsageException.class);
        changes.skip();
        using = null;
        assertThat(nextIn(changes)).isEqualTo("o");
        changes.skip();
        assertThat(changes.poll(Duration.ZERO)).isNull();
    }

    private static String nextIn(EntityChanges<Diary> changes) throws InterruptedException {
        return changes.poll(Duration.ofSeconds(5)).changes().get(0).after().id();
    }

    /** Spring leaves it out, and the store would have been open to everybody. */
    @Test
    void policy_thatIsNull_isRefused() {
        try (AnnotationConfigApplicationContext other = new AnnotationConfigApplicationContext()) {
            other.register(NoPolicy.class);
            assertThatThrownBy(() -> {
                        other.refresh();
                        other.getBean(FlowDbTemplate.class).count(FlowDbQuery.all(), Diary.class);
                    })
                    .hasStackTraceContaining("The row policy 'diaryPolicy' is null");
        }
    }
}
