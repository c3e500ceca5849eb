package io.flowdb.data.repository.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.data.core.BeforeConvertCallback;
import io.flowdb.data.repository.support.SimpleFlowDbRepository;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.core.io.support.SpringFactoriesLoader;

/** The hints are found, and name what is made by reflection. */
class FlowDbRuntimeHintsTest {

    @Test
    void hints_registered_coverRepositoryAndCallbacks() {
        List<RuntimeHintsRegistrar> registrars = SpringFactoriesLoader.forResourceLocation(
                        "META-INF/spring/aot.factories")
                .load(RuntimeHintsRegistrar.class);
        assertThat(registrars).hasAtLeastOneElementOfType(FlowDbRuntimeHints.class);
        RuntimeHints hints = new RuntimeHints();
        new FlowDbRuntimeHints().registerHints(hints, getClass().getClassLoader());
        assertThat(RuntimeHintsPredicates.reflection()
                        .onType(SimpleFlowDbRepository.class)
                        .withMemberCategory(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS))
                .accepts(hints);
        assertThat(RuntimeHintsPredicates.reflection().onType(BeforeConvertCallback.class))
                .accepts(hints);
    }
}
