// SPDX-License-Identifier: Apache-2.0

import com.sun.management.OperatingSystemMXBean;
import com.tdunning.math.stats.MergingDigest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import org.apache.datasketches.kll.KllDoublesSketch;
import org.apache.datasketches.tdigest.TDigestDouble;

/**
 * Packages of Java at the work of speed.py, as serve.h has it for C: Serve WORK VALUES COMPRESSION, or
 * Serve detector VALUES N NAME.
 */
public final class Serve {
    /** Work is repeated until it has taken so many seconds; processor time is told in hundredths. */
    private static final double LEAST = 0.2;

    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private Serve() {}

    private static double[] read(String path) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(Path.of(path)));
        double[] values = new double[bytes.remaining() / Double.BYTES];
        bytes.order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(values);
        return values;
    }

    /** Most memory this process has had. */
    private static long peakBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        return 0;
    }

    /** Do the work for every line of input. Processor time is that of all threads, the compiler's too. */
    private static void serve(String who, DoubleSupplier work) throws IOException {
        System.out.println("{\"who\":\"" + who + "\"}");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        while (input.readLine() != null) {
            long wall = System.nanoTime();
            long processor = SYSTEM.getProcessCpuTime();
            double answer;
            double spent;
            int times = 0;
            do {
                answer = work.getAsDouble();
                spent = (SYSTEM.getProcessCpuTime() - processor) * 1e-9;
                times++;
            } while (spent < LEAST);
            System.out.printf(Locale.ROOT,
                    "{\"seconds\":%.9g,\"wall\":%.9g,\"answer\":%s,\"peak_bytes\":%d}%n",
                    spent / times, (System.nanoTime() - wall) * 1e-9 / times,
                    Double.isNaN(answer) ? "null" : String.format(Locale.ROOT, "%.9g", answer), peakBytes());
        }
    }

    private static double mergingDigest(double[] values, double compression) {
        MergingDigest digest = new MergingDigest(compression);
        for (double value : values) {
            digest.add(value);
        }
        return digest.quantile(0.9);
    }

    private static double datasketchesDigest(double[] values, short compression) {
        TDigestDouble digest = new TDigestDouble(compression);
        for (double value : values) {
            digest.update(value);
        }
        return digest.getQuantile(0.9);
    }

    private static double kll(double[] values, int k) {
        KllDoublesSketch sketch = KllDoublesSketch.newHeapInstance(k);
        for (double value : values) {
            sketch.update(value);
        }
        return sketch.getQuantile(0.9);
    }

    public static void main(String[] arguments) throws IOException {
        double[] values = read(arguments[1]);
        int size = Integer.parseInt(arguments[2]);
        switch (arguments[0]) {
            case "tdigest" -> serve("Java t-digest 3.3 MergingDigest", () -> mergingDigest(values, size));
            case "datasketches" -> serve("Java datasketches 6.2.0 TDigestDouble",
                    () -> datasketchesDigest(values, (short) size));
            case "kll" -> serve("Java datasketches 6.2.0 KLL (no t-digest)", () -> kll(values, size));
            case "detector" -> {
                Detectors detectors = new Detectors(arguments[3], values, size);
                serve(detectors.who(), detectors::changes);
            }
            default -> throw new IllegalArgumentException("unknown work");
        }
    }
}
