package io.vmfactory.bench.plot;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Assigns the colours of one plot; a route has the same colour in all plots if possible. */
final class Palette {
  /** The number of colours in plot.css. */
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
