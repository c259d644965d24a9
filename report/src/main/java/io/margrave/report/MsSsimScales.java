package io.margrave.report;

import java.util.List;

/** How many scales of MS-SSIM (Wang et al. 2003) an image has: it is halved while its 11 x 11 window still fits, five times at most. */
final class MsSsimScales {
    private static final int WINDOW = 11;
    private static final int MOST = 5;

    private MsSsimScales() {}

    /** @param shape channels, height, width */
    static int of(List<Integer> shape) {
        int side = Math.min(shape.get(1), shape.get(2));
        int scales = 0;
        while (scales < MOST && side >= WINDOW) {
            scales++;
            side /= 2;
        }
        return scales;
    }
}
