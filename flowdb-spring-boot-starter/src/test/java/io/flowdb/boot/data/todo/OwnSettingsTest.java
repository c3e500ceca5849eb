package io.flowdb.boot.data.todo;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.Config;
import io.flowdb.boot.FlowDb;
import io.flowdb.boot.test.DataFlowDbTest;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** The test slice of an application that makes the settings itself: it opened the directory of the application. */
@DataFlowDbTest
class OwnSettingsTest {
    @Autowired
    private TodoRepository todos;

    /** As the application's own class may have it. */
    @TestConfiguration(proxyBeanMethods = false)
    static class Settings {
        @Bean
        Config config() {
            return Config.builder()
                    .dataDir(Path.of("/none"))
                    .readOnly(true)
                    .bloomBitsPerKey(7)
                    .build();
        }
    }

    @Test
    void slice_isInMemoryWithTheOtherSettings(@Autowired FlowDb flowDb) {
        assertThat(flowDb.config().inMemory()).isTrue();
        assertThat(flowDb.config().bloomBitsPerKey()).isEqualTo(7);
        todos.save(Todo.of("1", "ada", "write", 1));
        assertThat(todos.count()).isEqualTo(1);
    }
}
