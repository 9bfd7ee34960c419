/**
 * A JupyterLab 4 mime extension that draws Plotly figures with the plotly.js beside this file.
 *
 * JupyterLab loads prebuilt extensions as module-federation containers: an object with `init` and `get`, which is
 * small enough to write by hand, so no bundler is needed. The extension's module must carry `__esModule`;
 * without it JupyterLab does not start at all.
 */
(() => {
  const NAME = "@manabi/plot-renderer";
  const MIME = "application/vnd.plotly.v1+json";
  const folder = document.currentScript.src.replace(/[^/]*$/, "");

  /** Modules that JupyterLab shares with its extensions: `{ [name]: { [version]: { get } } }`. */
  let sharedModules;
  async function sharedModule(name) {
    const [provider] = Object.values(sharedModules[name]);
    const factory = await provider.get();
    return factory();
  }

  /** Loads a plotly.js at the first figure, and leaves alone a `window.Plotly` that another extension put there. */
  const loaded = {};
  function loadScript(name) {
    loaded[name] ??= new Promise((resolve, reject) => {
      const others = window.Plotly;
      const script = document.createElement("script");
      script.src = `${folder}${name}`;
      script.addEventListener("load", () => {
        resolve(window.Plotly);
        if (others) window.Plotly = others;
      });
      script.addEventListener("error", () => reject(new Error(`${script.src} did not load`)));
      document.head.append(script);
    });
    return loaded[name];
  }

  /** The small one, unless the figure has what only the whole one draws, such as three dimensions. */
  async function loadPlotly(data) {
    const small = await loadScript("plotly-cartesian.min.js");
    const known = small.PlotSchema.get().traces;
    return data.every(({ type }) => (type ?? "scatter") in known) ? small : loadScript("plotly.min.js");
  }

  const clear = "rgba(0,0,0,0)";

  /**
   * A figure's template in the colours of JupyterLab's theme; what the figure sets beside its template stays. Templates
   * that bring a background of their own stay, too.
   */
  function themed(template) {
    const style = getComputedStyle(document.body);
    const [text, line] = ["--jp-content-font-color1", "--jp-border-color2"].map((name) =>
      style.getPropertyValue(name).trim(),
    );
    const modebar = { bgcolor: clear, color: text, activecolor: "#3b82f6" };
    if (!template) {
      const axis = { gridcolor: line, zerolinecolor: line, linecolor: line };
      const layout = { paper_bgcolor: clear, plot_bgcolor: clear, xaxis: axis, yaxis: axis };
      return { layout: { ...layout, modebar, font: { color: text } } };
    }
    if (template.layout?.paper_bgcolor !== clear) return template;
    const font = { ...template.layout.font, color: text };
    return { ...template, layout: { ...template.layout, modebar, font } };
  }

  /** Of ANSI's names and, at the end, of the numbers that the kernel uses; the others of JupyterLab's are legible. */
  const printed = {
    light: {
      red: "#c22a2a",
      green: "#0b7a3b",
      yellow: "#7d6200",
      blue: "#1a66c2",
      magenta: "#a1379a",
      cyan: "#0b7478",
      "black-intense": "#5f5f5f",
      "rgb(138,138,138)": "#666666",
      "rgb(215,95,95)": "#b82c2c",
    },
    dark: { "black-intense": "#9e9e9e" },
  };

  /** Contrast of at least 4.5 for what is printed in colours, and the page's brightness for pictures that ask for it. */
  function* legibleStyles(theme) {
    const page = `body[data-jp-theme-light="${theme === "light"}"]`;
    yield `${page} .jp-RenderedHTML img[src^="data:image/svg+xml"] { color-scheme: ${theme}; }`;
    for (const [name, color] of Object.entries(printed[theme])) {
      const spans = name.startsWith("rgb")
        ? [`span[style*="${name}"]`, `span[style*="${name.replaceAll(",", ", ")}"]`]
        : [`.ansi-${name}-fg`, `.ansi-${name}-intense-fg`];
      yield (
        spans.map((span) => `${page} .jp-RenderedText ${span}`).join() + ` { color: ${color} !important; }`
      );
    }
  }

  async function createExtension() {
    const { Widget } = await sharedModule("@lumino/widgets");
    const style = document.createElement("style");
    style.textContent = [...legibleStyles("light"), ...legibleStyles("dark")].join("\n");
    document.head.append(style);

    class RenderedPlot extends Widget {
      constructor() {
        super();
        this.addClass("manabi-RenderedPlot");
        this.resizing = new ResizeObserver(() => this.resize());
        this.resizing.observe(this.node);
        this.theming = new MutationObserver(() => this.model && this.renderModel(this.model));
        this.theming.observe(document.body, { attributeFilter: ["data-jp-theme-name"] });
      }

      async renderModel(model) {
        this.model = model;
        const Plotly = await loadPlotly(model.data[MIME].data ?? []);
        if (this.isDisposed) return;
        // Plotly writes into what it is given, and the model belongs to the notebook.
        const { data, layout, config, frames } = structuredClone(model.data[MIME]);
        const { below = 0, layout: ofNarrow, textSize } = layout?.meta?.narrow ?? {};
        this.below = below;
        this.isNarrow = this.node.clientWidth > 0 && this.node.clientWidth < below;
        const chosen = this.isNarrow ? { ...layout, ...ofNarrow } : layout;
        const sized = { autosize: true, ...chosen, template: themed(layout?.template) };
        if (this.isNarrow && textSize)
          for (const trace of data) if (trace.textfont) trace.textfont.size = textSize;
        // The place of the plot is kept while it is drawn anew.
        if (sized.height) this.node.style.minHeight = `${sized.height}px`;
        await Plotly.react(this.node, {
          data,
          layout: sized,
          config: { displaylogo: false, ...config },
          frames,
        });
        this.Plotly = Plotly;
      }

      resize() {
        // A figure in a hidden tab has no width; it gets its size when the tab is shown.
        const { clientWidth } = this.node;
        if (!this.Plotly || clientWidth === 0) return;
        // Figures of ours say what changes where they are narrow: `layout.meta.narrow`.
        if (clientWidth < this.below !== this.isNarrow) void this.renderModel(this.model);
        else void this.Plotly.Plots.resize(this.node);
      }

      dispose() {
        this.resizing.disconnect();
        this.theming.disconnect();
        this.Plotly?.purge(this.node);
        super.dispose();
      }
    }

    return {
      __esModule: true,
      default: {
        id: `${NAME}:factory`,
        rank: 0,
        dataType: "json",
        rendererFactory: { safe: true, mimeTypes: [MIME], createRenderer: () => new RenderedPlot() },
      },
    };
  }

  // oxlint-disable no-underscore-dangle -- JupyterLab's name
  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB[NAME] = {
    init: (scope) => {
      sharedModules = scope;
    },
    get: async (name) => {
      if (name !== "./mimeExtension") throw new Error(`${NAME} has no module ${name}`);
      const extension = await createExtension();
      return () => extension;
    },
  };
})();
