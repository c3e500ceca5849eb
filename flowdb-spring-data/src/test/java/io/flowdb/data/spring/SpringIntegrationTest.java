package io.flowdb.data.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.core.AfterConvertCallback;
import io.flowdb.data.core.AfterSaveCallback;
import io.flowdb.data.core.BeforeDeleteCallback;
import io.flowdb.data.core.BeforeSaveCallback;
import io.flowdb.data.core.FlowDbTemplate;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.config.EnableFlowDbAuditing;
import io.flowdb.data.repository.config.EnableFlowDbRepositories;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.data.annotation.CreatedBy;
import org.springframework.data.annotation.CreatedDate;
import org.springframework.data.annotation.LastModifiedBy;
import org.springframework.data.annotation.LastModifiedDate;
import org.springframework.data.annotation.Version;
import org.springframework.data.domain.AbstractAggregateRoot;
import org.springframework.data.domain.AuditorAware;
import org.springframework.data.domain.Example;
import org.springframework.data.domain.ExampleMatcher;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Sort;
import org.springframework.stereotype.Component;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Repositories as beans: transactions around services, auditing, events, callbacks, custom fragments, examples. */
class SpringIntegrationTest {

    @ObjectStore
    record Audited(
            @Id String id,
            String text,
            @CreatedDate Instant created,
            @CreatedBy String createdBy,
            @LastModifiedDate Instant modified,
            @LastModifiedBy String modifiedBy) {}

    record Origin(
            @CreatedDate @Nullable Instant created,
            @LastModifiedDate @Nullable Instant modified) {}

    @ObjectStore
    record AuditedWithin(@Id String id, Origin origin) {}

    @ObjectStore
    record Article(
            @Id String id,
            @Indexed(unique = true) String slug,
            String text,
            int stars,
            @Version Long version) {}

    record Renamed(String id) {}

    @ObjectStore("basket")
    static class Basket extends AbstractAggregateRoot<Basket> {
        @Id
        private String id;

        private String name;

        Basket rename(String name) {
            this.name = name;
            registerEvent(new Renamed(name));
            return this;
        }
    }

    interface AuditedRepository extends FlowDbRepository<Audited, String> {}

    interface AuditedWithinRepository extends FlowDbRepository<AuditedWithin, String> {}

    interface ArticleCustom {
        String describe(String slug);
    }

    interface ArticleRepository extends FlowDbRepository<Article, String>, ArticleCustom {
        Optional<Article> findBySlug(String slug);

        @Transactional(readOnly = true)
        List<Article> findByStarsGreaterThan(int stars);

        Stream<Article> streamByStarsGreaterThan(int stars);

        void deleteBySlug(String slug);
    }

    static class ArticleCustomImpl implements ArticleCustom {
        private final FlowDbTemplate template;

        ArticleCustomImpl(FlowDbTemplate template) {
            this.template = template;
        }

        @Override
        public String describe(String slug) {
            return slug + " of " + template.storeOf(Article.class);
        }
    }

    interface BasketRepository extends FlowDbRepository<Basket, String> {}

    @Service
    static class Articles {
        private final ArticleRepository repository;

        Articles(ArticleRepository repository) {
            this.repository = repository;
        }

        @Transactional
        public void two(Article first, Article second) {
            repository.save(first);
            repository.save(second);
        }

        @Transactional
        public void thenFail(Article article) {
            repository.save(article);
            throw new IllegalStateException("later");
        }

        @Transactional(readOnly = true)
        public void writeInReadOnly(Article article) {
            repository.save(article);
        }

        @Transactional
        public void nestedFailure(Article outer, Runnable inner) {
            repository.save(outer);
            try {
                inner.run();
            } catch (IllegalStateException e) {
                assertThat(e).hasMessage("later");
            }
        }

        @Transactional(propagation = Propagation.NESTED)
        public void nested(Article article) {
            thenFail(article);
        }
    }

    @Component
    static class Listener {
        final List<String> afterCommit = new ArrayList<>();
        final List<String> afterRollback = new ArrayList<>();

        @TransactionalEventListener
        void committed(Renamed event) {
            afterCommit.add(event.id());
        }

        @TransactionalEventListener(phase = TransactionPhase.AFTER_ROLLBACK)
        void rolledBack(Renamed event) {
            afterRollback.add(event.id());
        }
    }

    static final class Calls {
        final List<String> names = new ArrayList<>();
    }

    @Configuration
    @EnableFlowDbRepositories(considerNestedRepositories = true)
    @EnableFlowDbAuditing
    static class Application extends InMemoryConfiguration {
        @Bean
        AuditorAware<String> auditor() {
            return () -> Optional.of("ann");
        }

        @Bean
        Articles articles(ArticleRepository repository) {
            return new Articles(repository);
        }

        @Bean
        Listener listener() {
            return new Listener();
        }

        @Bean
        Calls calls() {
            return new Calls();
        }

        @Bean
        BeforeSaveCallback<Article> beforeSave(Calls calls) {
            return (article, document, store) -> {
                calls.names.add("beforeSave " + document.get("version"));
                return article;
            };
        }

        @Bean
        AfterSaveCallback<Article> afterSave(Calls calls) {
            return (article, document, store) -> {
                calls.names.add("afterSave " + store);
                return article;
            };
        }

        @Bean
        AfterConvertCallback<Article> afterConvert(Calls calls) {
            return (article, document, store) -> {
                calls.names.add("afterConvert");
                return article;
            };
        }

        @Bean
        BeforeDeleteCallback<Article> beforeDelete(Calls calls) {
            return (article, store) -> {
                calls.names.add("beforeDelete");
                return article;
            };
        }
    }

    private static AnnotationConfigApplicationContext context;

    @Autowired
    private ArticleRepository articles;

    @Autowired
    private AuditedRepository audited;

    @Autowired
    private AuditedWithinRepository auditedWithin;

    @Autowired
    private BasketRepository baskets;

    @Autowired
    private Articles service;

    @Autowired
    private Listener listener;

    @Autowired
    private Calls calls;

    @BeforeAll
    static void start() {
        context = new AnnotationConfigApplicationContext(Application.class);
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    @BeforeEach
    void clean() {
        context.getAutowireCapableBeanFactory().autowireBean(this);
        articles.deleteAll();
        audited.deleteAll();
        calls.names.clear();
        listener.afterCommit.clear();
        listener.afterRollback.clear();
    }

    private static Article article(String id, String slug) {
        return new Article(id, slug, "text", 1, null);
    }

    @Test
    void service_transactional_isAllOrNothing() {
        service.two(article("a", "one"), article("b", "two"));
        assertThat(articles.count()).isEqualTo(2);
        assertThatThrownBy(() -> service.two(article("c", "three"), article("d", "one")))
                .isInstanceOf(DuplicateKeyException.class);
        assertThatThrownBy(() -> service.thenFail(article("e", "five"))).hasMessage("later");
        assertThatThrownBy(() -> service.writeInReadOnly(article("f", "six")))
                .isInstanceOf(InvalidDataAccessApiUsageException.class);
        assertThat(articles.findAll()).extracting(Article::id).containsExactly("a", "b");
    }

    @Test
    void service_nested_losesItsPartOnly() {
        service.nestedFailure(article("a", "one"), () -> service.nested(article("b", "two")));
        assertThat(articles.findAll()).extracting(Article::id).containsExactly("a");
    }

    @Test
    void methods_derivedAndCustom_work() {
        articles.saveAll(List.of(article("a", "one"), new Article("b", "two", "t", 5, null)));
        assertThat(articles.findBySlug("two")).map(Article::stars).contains(5);
        assertThat(articles.findByStarsGreaterThan(2)).extracting(Article::id).containsExactly("b");
        assertThat(articles.describe("x")).isEqualTo("x of article");
        articles.deleteBySlug("one");
        assertThat(articles.findBySlug("one")).isEmpty();
        try (Stream<Article> stream = articles.streamByStarsGreaterThan(0)) {
            assertThat(stream).hasSize(1);
        }
    }

    @Test
    void version_stale_isOptimisticLockingFailure() {
        Article saved = articles.save(article("a", "one"));
        articles.save(saved);
        assertThatThrownBy(() -> articles.save(saved)).isInstanceOf(OptimisticLockingFailureException.class);
        assertThatThrownBy(() -> articles.delete(saved)).isInstanceOf(OptimisticLockingFailureException.class);
    }

    @Test
    void save_sameUnversionedEntityConcurrently_neverFails() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            CountDownLatch go = new CountDownLatch(1);
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int thread = t;
                all.add(threads.submit(() -> {
                    go.await();
                    for (int i = 0; i < 100; i++) {
                        baskets.save(basket("shared", thread + "-" + i));
                    }
                    return null;
                }));
            }
            go.countDown();
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(baskets.findById("shared")).map(b -> b.name).get().asString().endsWith("-99");
    }

    private static Basket basket(String id, String name) {
        Basket basket = new Basket();
        basket.id = id;
        basket.name = name;
        return basket;
    }

    /** With an assigned id what noted the creation stayed empty. */
    @Test
    void auditing_withinANestedValue_tellsCreatedFromModified() {
        AuditedWithin first = auditedWithin.save(new AuditedWithin("assigned", new Origin(null, null)));
        assertThat(first.origin().created()).isNotNull();

        AuditedWithin second = auditedWithin.save(first);

        assertThat(second.origin().created()).isEqualTo(first.origin().created());
        assertThat(second.origin().modified()).isAfterOrEqualTo(first.origin().modified());
    }

    @Test
    void auditing_assignedAndMadeIds_tellCreatedFromModified() {
        Audited first = audited.save(new Audited("assigned", "one", null, null, null, null));
        assertThat(first.created()).isNotNull().isEqualTo(first.modified());
        assertThat(first.createdBy()).isEqualTo("ann");
        Audited second = audited.save(
                new Audited("assigned", "two", first.created(), first.createdBy(), first.modified(), "old"));
        assertThat(second.created()).isEqualTo(first.created());
        assertThat(second.modified()).isAfterOrEqualTo(first.modified());
        assertThat(second.modifiedBy()).isEqualTo("ann");
        Audited made = audited.save(new Audited(null, "x", null, null, null, null));
        assertThat(made.created()).isNotNull();
        assertThat(audited.saveAll(List.of(new Audited("b1", "x", null, null, null, null))))
                .allMatch(a -> a.created() != null);
        assertThat(audited.insert(new Audited("b2", "x", null, null, null, null))
                        .created())
                .isNotNull();
        assertThat(audited.findById("assigned")).contains(second);
    }

    @Test
    void events_ofAggregate_areHeardAfterCommit() {
        baskets.save(basket("b", "old").rename("new"));
        assertThat(listener.afterCommit).containsExactly("new");
        assertThat(listener.afterRollback).isEmpty();
    }

    @Test
    void callbacks_runInOrder() {
        Article saved = articles.save(article("a", "one"));
        articles.findById("a");
        articles.delete(saved);
        assertThat(calls.names).containsExactly("beforeSave 1", "afterSave article", "afterConvert", "beforeDelete");
    }

    @Test
    void examples_everyMatcher_find() {
        articles.saveAll(List.of(
                new Article("a", "Alpha", "one", 1, null),
                new Article("b", "beta", "one", 2, null),
                new Article("c", "alphabet", null, 3, null)));
        Article probe = new Article(null, "ALPHA", null, 0, null);
        ExampleMatcher matcher = ExampleMatcher.matching().withIgnorePaths("stars");
        assertThat(articles.findAll(Example.of(probe, matcher))).isEmpty();
        assertThat(articles.findAll(Example.of(probe, matcher.withIgnoreCase())))
                .extracting(Article::id)
                .containsExactly("a");
        Example<Article> starting =
                Example.of(probe, matcher.withIgnoreCase().withStringMatcher(ExampleMatcher.StringMatcher.STARTING));
        assertThat(articles.findAll(starting, Sort.by("stars").descending()))
                .extracting(Article::id)
                .containsExactly("c", "a");
        assertThat(articles.count(starting)).isEqualTo(2);
        assertThat(articles.exists(starting)).isTrue();
        assertThat(articles.findAll(starting, PageRequest.of(0, 1)).getTotalElements())
                .isEqualTo(2);
        record Slug(String slug) {}
        List<Slug> slugs = articles.findBy(
                starting, q -> q.sortBy(Sort.by("slug")).as(Slug.class).all());
        assertThat(slugs).extracting(Slug::slug).containsExactly("Alpha", "alphabet");
        assertThat(articles.<Article, Long>findBy(
                        starting,
                        q -> q.limit(1).scroll(ScrollPosition.keyset()).stream().count()))
                .isEqualTo(1);
        Article any = new Article("b", "Alpha", null, 0, null);
        assertThat(articles.findAll(Example.of(any, ExampleMatcher.matchingAny().withIgnorePaths("stars"))))
                .extracting(Article::id)
                .containsExactly("a", "b");
        Article none = new Article(null, null, null, 0, null);
        assertThat(articles.findAll(Example.of(
                        none,
                        ExampleMatcher.matching()
                                .withIgnorePaths("stars", "id", "slug", "version")
                                .withIncludeNullValues())))
                .extracting(Article::id)
                .containsExactly("c");
    }

    @Test
    void threads_afterAll_holdNoTransaction() {
        assertThat(TransactionSynchronizationManager.getResourceMap()).isEmpty();
        assertThat(CompletableFuture.supplyAsync(() -> articles.count()).join()).isZero();
    }
}
