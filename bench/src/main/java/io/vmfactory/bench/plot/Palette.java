package io.vmfactory.bench.plot;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Hands out the colours of one plot; a route has the same in all of them where it can. */
final class Palette {
  /** As many as plot.css has. */
  static final int COLOURS = 10;

  private static final List<String> ROUTES = List.of("WARM", "SHELL", "TEMPLATE", "COLD");

  private final Set<Integer> used = new HashSet<>();
  private int given;

  int next(String subject) {
    int own = ROUTES.indexOf(subject);
    if (own >= 0 && used.add(own)) {
      return own;
    }
    for (int i = 0; i < COLOURS; i++) {
      int colour = (ROUTES.size() + i) % COLOURS;
      if (used.add(colour)) {
        return colour;
      }
    }
    return given++ % COLOURS;
  }
}
