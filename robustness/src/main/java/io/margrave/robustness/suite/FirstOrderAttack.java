package io.margrave.robustness.suite;

import io.margrave.robustness.attack.Attack;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.attack.MaximumDamage;
import io.margrave.robustness.jacobian.EncoderJacobian;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.model.Vae;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * No search: one direction from the Jacobian, at the full radius, with the sign that does more damage. The directions are those that
 * are best under the L2 norm; under another norm they are lengthened until they have the radius in it.
 *
 * @param direction that is taken
 */
public record FirstOrderAttack(Direction direction) implements Attack {

    /** Where the reconstruction moves most, to first order. */
    public enum Direction {
        /** The top right singular vector of diag(1/sigma) J: what the whitened bound speaks of. */
        WHITENED(
                "first-order-whitened", "the whitened Jacobian's top direction, at the full radius, without a search") {
            @Override
            Tensor of(Vae vae, Tensor inputs) {
                return EncoderJacobian.of(vae, inputs).whitenedDirections();
            }

            @Override
            long decodings(int latent) {
                return 0;
            }
        },
        /** The top right singular vector of D J, where D is the decoder's change over latents as wide as the prior. */
        PULLBACK(
                "first-order-pullback",
                "the direction that the decoder changes most along, pulled back through the encoder") {
            @Override
            Tensor of(Vae vae, Tensor inputs) {
                return EncoderJacobian.withSearchDirections(vae, vae, inputs)
                        .searchDirections()
                        .get(0);
            }

            @Override
            long decodings(int latent) {
                return 2L * latent;
            }
        };

        private final String id;
        private final String title;

        Direction(String id, String title) {
            this.id = id;
            this.title = title;
        }

        /** What plans call the attack. */
        public String id() {
            return id;
        }

        /** What it does, in one line. */
        public String title() {
            return title;
        }

        /** Unit directions, {@code [points, features]}; zero where the Jacobian is. */
        abstract Tensor of(Vae vae, Tensor inputs);

        /** Latents decoded for a point's direction. */
        abstract long decodings(int latent);
    }

    private static final int DRAWS = 64;

    @Override
    public Attacked perturb(Request request) {
        Reconstruction clean = request.clean();
        Ball ball = request.ball();
        int latent = clean.noiseSize();
        Tensor perturbed = torch.empty_like(ball.centers());
        double[] chosen = new double[request.points().length];
        try (PointerScope scope = new PointerScope()) {
            Tensor towards = direction.of(clean.vae(), ball.centers());
            try (NoGradGuard guard = new NoGradGuard()) {
                Tensor along = ball.reach(towards, request.radii());
                Tensor against = ball.reach(towards.neg(), request.radii());
                double[] first = damage(request, along);
                double[] second = damage(request, against);
                boolean[] turn = new boolean[chosen.length];
                for (int i = 0; i < turn.length; i++) {
                    turn[i] = second[i] > first[i];
                    chosen[i] = Math.max(first[i], second[i]);
                }
                perturbed.copy_(torch.where(Rows.flags(turn), against, along));
            }
        }
        // The Jacobian: one encoding and a gradient a latent; each sign: one encoding and its draws decoded.
        long forwards = 1 + direction.decodings(latent) + 2 * (1 + DRAWS);
        return new Attacked(perturbed, chosen, new double[0], forwards, latent);
    }

    private static double[] damage(Request request, Tensor inputs) {
        return MaximumDamage.means(
                request.clean(),
                inputs,
                new PointNoise(request.noise(), request.points(), request.name() + "/sign", 0),
                DRAWS);
    }
}
