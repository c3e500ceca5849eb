package io.flowdb.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.benchmarks.measure.CallTimer;
import io.flowdb.benchmarks.measure.WrongAnswerException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CallGroupTest {
    private static final long MINUTE = 60_000_000_000L;

    private final CallTimer timer = new CallTimer(1, MINUTE);
    private final AtomicInteger next = new AtomicInteger();

    @Test
    void run_numbers_callsWithEachArgumentAndChecksItsOwnAnswer() throws Exception {
        List<String> steps = new ArrayList<>();

        CallGroup.run(
                timer,
                next::getAndIncrement,
                number -> {
                    steps.add("make " + number);
                    return "argument " + number;
                },
                argument -> {
                    steps.add("call " + argument);
                    return argument.equals("argument 3") ? null : "answer to " + argument;
                },
                (answer, number) -> steps.add("check " + number + ": " + answer));

        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            expected.add(i, "make " + i);
            expected.add(2 * i + 1, "call argument " + i);
            expected.add("check " + i + ": " + (i == 3 ? null : "answer to argument " + i));
        }
        assertThat(steps).isEqualTo(expected);
        assertThat(timer.calls()).isEqualTo(16);
        assertThat(timer.histogram().count()).isEqualTo(1);
        assertThat(timer.timedNanos()).isPositive();
    }

    @Test
    void run_wrongAnswer_endsTheRun() {
        assertThatThrownBy(() -> CallGroup.run(timer, next::getAndIncrement, n -> n, n -> n, (answer, number) -> {
                    throw new WrongAnswerException("record " + number);
                }))
                .isInstanceOf(WrongAnswerException.class)
                .hasMessage("record 0");
    }
}
