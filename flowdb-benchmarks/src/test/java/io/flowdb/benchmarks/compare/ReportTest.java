package io.flowdb.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.benchmarks.engine.EngineKind;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {

    @Test
    void jsonLines_threeRounds_areMediansWithRatios() {
        Report report = new Report(Suite.SEED, List.of(EngineKind.MVSTORE, EngineKind.ROCKSDB));
        for (double rate : new double[] {100, 900, 200}) {
            report.add(EngineKind.ROCKSDB, List.of(sample("point-random", rate, 1_000)));
            report.add(EngineKind.MVSTORE, List.of(sample("point-random", 3 * rate, 1_000)));
        }

        assertThat(report.jsonLines())
                .containsExactly(
                        "{\"suite\":\"seed\",\"workload\":\"point-random\",\"engine\":\"mvstore\",\"opsPerSecond\":600,"
                                + "\"p50Micros\":1.500,\"p99Micros\":9,\"bytesOnDisk\":1000,\"writeAmplification\":null,"
                                + "\"ratioToRocksdb\":3}",
                        "{\"suite\":\"seed\",\"workload\":\"point-random\",\"engine\":\"rocksdb\",\"opsPerSecond\":200,"
                                + "\"p50Micros\":1.500,\"p99Micros\":9,\"bytesOnDisk\":1000,\"writeAmplification\":null,"
                                + "\"ratioToRocksdb\":1}");
    }

    @Test
    void jsonLines_rowThatAnEngineLacks_isLeftOut() {
        Report report = new Report(Suite.KV, List.of(EngineKind.ROCKSDB, EngineKind.MVSTORE));
        report.add(EngineKind.ROCKSDB, List.of(sample("compact", 1, 1), sample("fillseq", 1, 1)));
        report.add(EngineKind.MVSTORE, List.of(sample("fillseq", 1, 1)));

        assertThat(report.jsonLines())
                .extracting(line -> line.replaceAll(".*\"workload\":\"(.*?)\",\"engine\":\"(.*?)\".*", "$1 $2"))
                .containsExactly("fillseq rocksdb", "fillseq mvstore", "compact rocksdb");
    }

    @Test
    void jsonLines_withoutRocksdb_haveNoRatio() {
        Report report = new Report(Suite.KV, List.of(EngineKind.MVSTORE));
        report.add(EngineKind.MVSTORE, List.of(sample("fillseq", 1, 1)));

        assertThat(report.jsonLines()).singleElement().asString().endsWith("\"ratioToRocksdb\":null}");
    }

    @Test
    void jsonLines_disk_comparesBytes() {
        Report report = new Report(Suite.SEED, List.of(EngineKind.ROCKSDB, EngineKind.MVSTORE));
        report.add(EngineKind.ROCKSDB, List.of(sample("disk", Double.NaN, 1_000)));
        report.add(EngineKind.MVSTORE, List.of(sample("disk", Double.NaN, 1_100)));

        assertThat(report.jsonLines().get(1))
                .contains("\"opsPerSecond\":null", "\"bytesOnDisk\":1100", "\"ratioToRocksdb\":1.100");
    }

    @Test
    void table_anyRow_showsDurability() {
        Report report = new Report(Suite.DURABLE, List.of(EngineKind.ROCKSDB));
        report.add(EngineKind.ROCKSDB, List.of(sample("commit-1x1", 4_000, 1)));

        assertThat(report.table()).contains("commit-1x1", "4,000", "fsync on every commit");
    }

    @Test
    void parse_lineOfASample_isTheSample() {
        RowSample sample = new RowSample("full-scan", 1.25e9, 0.001, Double.NaN, 1L << 50, 7.5);

        assertThat(RowSample.parse(sample.toLine())).isEqualTo(sample);
    }

    private static RowSample sample(String workload, double rate, double bytes) {
        return new RowSample(workload, rate, 1.5, 9, bytes, Double.NaN);
    }
}
