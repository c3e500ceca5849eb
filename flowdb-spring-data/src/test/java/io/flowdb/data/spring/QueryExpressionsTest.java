package io.flowdb.data.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import io.flowdb.data.repository.config.EnableFlowDbRepositories;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.Limit;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Window;
import org.springframework.data.spel.spi.EvaluationContextExtension;
import org.springframework.data.util.Streamable;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

/**
 * Expressions, property placeholders and beans in queries and projections; windows and streams of {@code @Query};
 * wrappers and futures.
 */
class QueryExpressionsTest {

    @ObjectStore
    record Doc(@Id String id, @Indexed String owner, String title, int rank) {}

    /** A collection type of the application. */
    public record Docs(Streamable<Doc> all) implements Streamable<Doc> {
        int ranks() {
            return stream().mapToInt(Doc::rank).sum();
        }

        @Override
        public Iterator<Doc> iterator() {
            return all.iterator();
        }
    }

    interface Greeting {
        @Value("#{@names.greet(target)}")
        String getGreeting();
    }

    interface DocRepository extends FlowDbRepository<Doc, String> {
        @Query("owner = ?#{user}")
        List<Doc> mine();

        @Query("owner = ?#{user} and rank >= ?1 and title != :#{[1] + '!'}")
        List<Doc> mineFrom(int rank, String not);

        @Query("owner = :${demo.owner}")
        List<Doc> ofTheProperty();

        @Query("owner = ?1")
        Window<Doc> window(String owner, ScrollPosition position, Sort sort, Limit limit);

        @Query("owner = ?1 order by rank desc")
        Stream<Doc> stream(String owner);

        Docs findByOwner(String owner);

        List<Greeting> findGreetingByOwner(String owner);

        @Async
        CompletableFuture<List<Doc>> findAsyncByOwner(String owner);
    }

    static class CurrentUser implements EvaluationContextExtension {
        String user = "ann";

        @Override
        public String getExtensionId() {
            return "test";
        }

        @Override
        public Map<String, Object> getProperties() {
            return Map.of("user", user);
        }
    }

    static class Names {
        public String greet(Doc doc) {
            return "hello " + doc.owner();
        }
    }

    @Configuration
    @EnableAsync
    @EnableFlowDbRepositories(considerNestedRepositories = true)
    static class Application extends InMemoryConfiguration {
        @Bean
        CurrentUser currentUser() {
            return new CurrentUser();
        }

        @Bean
        Names names() {
            return new Names();
        }
    }

    private static AnnotationConfigApplicationContext context;
    private static DocRepository docs;

    @BeforeAll
    static void start() {
        context = new AnnotationConfigApplicationContext();
        context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource("test", Map.of("demo.owner", "bob")));
        context.register(Application.class);
        context.refresh();
        docs = context.getBean(DocRepository.class);
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    @BeforeEach
    void store() {
        docs.deleteAll();
        for (int i = 0; i < 8; i++) {
            docs.save(new Doc("d" + i, i % 2 == 0 ? "ann" : "bob", "t" + i, i));
        }
    }

    @Test
    void expression_ofAnExtension_isEvaluatedAtEachCall() {
        CurrentUser user = context.getBean(CurrentUser.class);
        assertThat(docs.mine()).extracting(Doc::id).containsExactly("d0", "d2", "d4", "d6");
        assertThat(docs.mineFrom(2, "t4")).extracting(Doc::id).containsExactly("d2", "d4", "d6");
        user.user = "bob";
        try {
            assertThat(docs.mine()).extracting(Doc::id).containsExactly("d1", "d3", "d5", "d7");
            user.user = "x' or owner = 'ann";
            assertThat(docs.mine()).as("values are bound").isEmpty();
        } finally {
            user.user = "ann";
        }
    }

    @Test
    void placeholder_isAPropertyOfTheEnvironment() {
        assertThat(docs.ofTheProperty()).hasSize(4).extracting(Doc::owner).containsOnly("bob");
    }

    @Test
    void annotatedQuery_asWindowAndStream_isInOrder() {
        Window<Doc> first =
                docs.window("ann", ScrollPosition.keyset(), Sort.by("rank").descending(), Limit.of(3));
        assertThat(first).extracting(Doc::id).containsExactly("d6", "d4", "d2");
        Window<Doc> second =
                docs.window("ann", first.positionAt(2), Sort.by("rank").descending(), Limit.of(3));
        assertThat(second).extracting(Doc::id).containsExactly("d0");
        assertThat(second.hasNext()).isFalse();
        Window<Doc> back = docs.window(
                "ann",
                ((KeysetScrollPosition) second.positionAt(0)).backward(),
                Sort.by("rank").descending(),
                Limit.of(2));
        assertThat(back).extracting(Doc::id).containsExactly("d4", "d2");
        try (Stream<Doc> stream = docs.stream("bob")) {
            assertThat(stream).extracting(Doc::id).containsExactly("d7", "d5", "d3", "d1");
        }
    }

    @Test
    void results_ofTheApplicationsTypes_areMade() {
        assertThat(docs.findByOwner("ann").ranks()).isEqualTo(12);
        assertThat(docs.findGreetingByOwner("bob"))
                .extracting(Greeting::getGreeting)
                .containsOnly("hello bob");
        assertThat(docs.findAsyncByOwner("ann").join()).hasSize(4);
    }
}
