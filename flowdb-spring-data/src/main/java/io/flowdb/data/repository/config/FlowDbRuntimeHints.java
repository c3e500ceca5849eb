package io.flowdb.data.repository.config;

import io.flowdb.data.core.AfterConvertCallback;
import io.flowdb.data.core.AfterSaveCallback;
import io.flowdb.data.core.AuditingEntityCallback;
import io.flowdb.data.core.BeforeConvertCallback;
import io.flowdb.data.core.BeforeDeleteCallback;
import io.flowdb.data.core.BeforeSaveCallback;
import io.flowdb.data.repository.support.SimpleFlowDbRepository;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;

/**
 * What is reached by reflection in a native image: the repository implementation and the callbacks. Entities are Spring
 * Data's part.
 */
final class FlowDbRuntimeHints implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        hints.reflection()
                .registerType(
                        SimpleFlowDbRepository.class,
                        MemberCategory.INVOKE_DECLARED_CONSTRUCTORS,
                        MemberCategory.INVOKE_PUBLIC_METHODS);
        for (Class<?> callback : List.of(
                BeforeConvertCallback.class,
                BeforeSaveCallback.class,
                AfterSaveCallback.class,
                AfterConvertCallback.class,
                BeforeDeleteCallback.class)) {
            hints.reflection().registerType(callback, MemberCategory.INVOKE_PUBLIC_METHODS);
        }
        hints.reflection()
                .registerType(
                        TypeReference.of(AuditingEntityCallback.class),
                        MemberCategory.INVOKE_DECLARED_CONSTRUCTORS,
                        MemberCategory.INVOKE_PUBLIC_METHODS);
    }
}
