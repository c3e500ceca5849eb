package io.flowdb.boot.data.todo;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.boot.FlowDbProperties;
import io.flowdb.boot.test.DataFlowDbTest;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.TestPropertySource;

/** The test slice of an application that only reads a database, whose stores are there: it could not start. */
@DataFlowDbTest
@ContextConfiguration(initializers = ReadingApplicationTest.Reading.class)
class ReadingApplicationTest {
    @Autowired
    private TodoRepository todos;

    /** What the application's own files say. */
    static final class Reading implements ApplicationContextInitializer<ConfigurableApplicationContext> {
        @Override
        public void initialize(ConfigurableApplicationContext context) {
            context.getEnvironment()
                    .getPropertySources()
                    .addLast(new MapPropertySource(
                            "application",
                            Map.of(
                                    "flowdb.read-only",
                                    "true",
                                    "flowdb.schema.mode",
                                    "validate",
                                    "flowdb.data-dir",
                                    "/none")));
        }
    }

    @Test
    void slice_writes() {
        todos.save(Todo.of("1", "ada", "write", 1));
        assertThat(todos.count()).isEqualTo(1);
    }

    @Nested
    @TestPropertySource(properties = "flowdb.schema.mode=sync")
    class WithPropertiesOfItsOwn {
        @Test
        void slice_keepsThem(@Autowired FlowDbProperties properties) {
            assertThat(properties.schema().mode()).isEqualTo(FlowDbProperties.SchemaMode.SYNC);
            assertThat(todos.count()).isZero();
        }
    }
}
