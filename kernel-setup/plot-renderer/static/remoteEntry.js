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

  /** Loads plotly.js at the first figure, and leaves alone a `window.Plotly` that another extension put there. */
  let plotly;
  function loadPlotly() {
    plotly ??= new Promise((resolve, reject) => {
      const others = window.Plotly;
      const script = document.createElement("script");
      script.src = `${folder}plotly-cartesian.min.js`;
      script.addEventListener("load", () => {
        resolve(window.Plotly);
        if (others) window.Plotly = others;
      });
      script.addEventListener("error", () => reject(new Error(`${script.src} did not load`)));
      document.head.append(script);
    });
    return plotly;
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
    if (!template) {
      const axis = { gridcolor: line, zerolinecolor: line, linecolor: line };
      const layout = { paper_bgcolor: clear, plot_bgcolor: clear, xaxis: axis, yaxis: axis };
      return { layout: { ...layout, font: { color: text } } };
    }
    if (template.layout?.paper_bgcolor !== clear) return template;
    return { ...template, layout: { ...template.layout, font: { ...template.layout.font, color: text } } };
  }

  async function createExtension() {
    const { Widget } = await sharedModule("@lumino/widgets");

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
        const Plotly = await loadPlotly();
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
