package io.flowdb.data.repository.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.mapping.FlowDbMappingContext;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.annotation.CreatedBy;
import org.springframework.data.annotation.CreatedDate;
import org.springframework.data.auditing.AuditingHandler;
import org.springframework.data.auditing.DateTimeProvider;
import org.springframework.data.domain.AuditorAware;

/** Where auditing takes the auditor and the time from. */
class EnableFlowDbAuditingTest {
    @ObjectStore
    record Note(
            @Id String id,
            @CreatedBy @Nullable String by,
            @CreatedDate @Nullable Instant at) {}

    static final class Letter {
        @Id
        final String id;

        @CreatedBy
        final @Nullable String by;

        @Nullable
        String text;

        Letter(String id, @Nullable String by) {
            this.id = id;
            this.by = by;
        }
    }

    /** The copy with an auditor had no text. */
    @Test
    void auditor_ofAFinalProperty_leavesTheRestAsItWas() {
        try (AnnotationConfigApplicationContext context = context(Unnamed.class)) {
            context.registerBean("auditor", AuditorAware.class, () -> auditor("ann"));
            context.refresh();
            Letter letter = new Letter("1", null);
            letter.text = "text";
            Letter created = context.getBean(AuditingHandler.class).markCreated(letter);

            assertThat(created.by).isEqualTo("ann");
            assertThat(created.text).isEqualTo("text");
        }
    }

    @Test
    void beans_withoutNames_areTheOnlyOnes() {
        Note note = created(Unnamed.class, context -> {
            context.registerBean("auditor", AuditorAware.class, () -> auditor("ann"));
            context.registerBean("clock", DateTimeProvider.class, () -> clock(7));
        });

        assertThat(note).isEqualTo(new Note("1", "ann", Instant.ofEpochSecond(7)));
    }

    @Test
    void beans_missing_areNobodyAndTheClock() {
        Instant before = Instant.now();
        Note note = created(Unnamed.class, context -> {});

        assertThat(note.by()).isNull();
        assertThat(note.at()).isAfterOrEqualTo(before);
    }

    @Test
    void beans_several_areChosenByName() {
        Consumer<AnnotationConfigApplicationContext> two = context -> {
            context.registerBean("a", AuditorAware.class, () -> auditor("ann"));
            context.registerBean("b", AuditorAware.class, () -> auditor("bob"));
            context.registerBean("c", DateTimeProvider.class, () -> clock(7));
            context.registerBean("d", DateTimeProvider.class, () -> clock(8));
        };

        assertThat(created(Named.class, two)).isEqualTo(new Note("1", "bob", Instant.ofEpochSecond(8)));
        assertThatThrownBy(() -> created(Unnamed.class, two)).isInstanceOf(NoUniqueBeanDefinitionException.class);
    }

    /** Code that is generated ahead of time leaves an autowire mode out. */
    @Test
    void handler_hasNoAutowireMode() {
        try (AnnotationConfigApplicationContext context = context(Unnamed.class)) {
            context.refresh();
            AbstractBeanDefinition handler =
                    (AbstractBeanDefinition) context.getBeanDefinition("flowDbAuditingHandler");
            assertThat(handler.getAutowireMode()).isEqualTo(AbstractBeanDefinition.AUTOWIRE_NO);
        }
    }

    private static Note created(Class<?> configuration, Consumer<AnnotationConfigApplicationContext> beans) {
        try (AnnotationConfigApplicationContext context = context(configuration)) {
            beans.accept(context);
            context.refresh();
            return context.getBean(AuditingHandler.class).markCreated(new Note("1", null, null));
        }
    }

    private static AnnotationConfigApplicationContext context(Class<?> configuration) {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.registerBean(FlowDbMappingContext.class);
        context.register(configuration);
        return context;
    }

    private static AuditorAware<String> auditor(String name) {
        return () -> Optional.of(name);
    }

    private static DateTimeProvider clock(long second) {
        return () -> Optional.of(Instant.ofEpochSecond(second));
    }

    @Configuration
    @EnableFlowDbAuditing
    static class Unnamed {}

    @Configuration
    @EnableFlowDbAuditing(auditorAwareRef = "b", dateTimeProviderRef = "d")
    static class Named {}
}
