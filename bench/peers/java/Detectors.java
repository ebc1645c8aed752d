// SPDX-License-Identifier: Apache-2.0

import java.util.Map;
import java.util.Set;
import moa.classifiers.core.driftdetection.ADWINChangeDetector;
import moa.classifiers.core.driftdetection.AbstractChangeDetector;
import moa.classifiers.core.driftdetection.CusumDM;
import moa.classifiers.core.driftdetection.DDM;
import moa.classifiers.core.driftdetection.EDDM;
import moa.classifiers.core.driftdetection.EWMAChartDM;
import moa.classifiers.core.driftdetection.GeometricMovingAverageDM;
import moa.classifiers.core.driftdetection.HDDM_A_Test;
import moa.classifiers.core.driftdetection.HDDM_W_Test;
import moa.classifiers.core.driftdetection.PageHinkleyDM;
import moa.classifiers.core.driftdetection.RDDM;
import moa.classifiers.core.driftdetection.SEEDChangeDetector;
import moa.classifiers.core.driftdetection.STEPD;

/** Stream detectors of MOA, as speed_detectors.py has those of river and frouros. */
final class Detectors {
    private static final int REFERENCE = 1000;
    private static final double ONE_IN_TEN = 1.2815515655446004;
    private static final Set<String> BITS =
            Set.of("ddm", "eddm", "rddm", "hddm_a", "hddm_w", "stepd", "ecdd");
    /** Those whose rule, with MOA's parameters, is libdrift's. */
    private static final Set<String> SAME_RULE = Set.of("cusum", "gma", "stepd", "ecdd", "seed");

    private static final Map<String, Class<? extends AbstractChangeDetector>> CLASSES =
            Map.ofEntries(
                    Map.entry("adwin", ADWINChangeDetector.class),
                    Map.entry("page_hinkley", PageHinkleyDM.class),
                    Map.entry("ddm", DDM.class),
                    Map.entry("eddm", EDDM.class),
                    Map.entry("rddm", RDDM.class),
                    Map.entry("hddm_a", HDDM_A_Test.class),
                    Map.entry("hddm_w", HDDM_W_Test.class),
                    Map.entry("seed", SEEDChangeDetector.class),
                    Map.entry("cusum", CusumDM.class),
                    Map.entry("ecdd", EWMAChartDM.class),
                    Map.entry("gma", GeometricMovingAverageDM.class),
                    Map.entry("stepd", STEPD.class));

    private final String name;
    private final double[] stream;

    /** The first n values after the reference; for counters of errors, one in ten is 1. */
    Detectors(String name, double[] values, int n) {
        this.name = name;
        stream = new double[n];
        for (int i = 0; i < n; i++) {
            double value = values[REFERENCE + i];
            stream[i] = !BITS.contains(name) ? value : value > ONE_IN_TEN ? 1 : 0;
        }
    }

    String who() {
        return "MOA 2024.07.0, Java, " + CLASSES.get(name).getSimpleName();
    }

    /** How many changes a new detector finds; NaN where the rule is another one. */
    double changes() {
        AbstractChangeDetector detector;
        try {
            detector = CLASSES.get(name).getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
        int changes = 0;
        for (double value : stream) {
            detector.input(value);
            if (detector.getChange()) {
                changes++;
            }
        }
        return SAME_RULE.contains(name) ? changes : Double.NaN;
    }
}
