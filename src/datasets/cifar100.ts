import { NdArray } from "../arrays/ndarray.js";
import { loadCifar, type CifarDataset, type CifarOptions } from "./cifar.js";

/** The names of the fine classes 0 to 99. */
export const classNames: readonly string[] = (
  "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle " +
  "caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant flatfish " +
  "forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle " +
  "mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine " +
  "possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel streetcar " +
  "sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle wardrobe whale " +
  "willow_tree wolf woman worm"
).split(" ");

/** The names of the coarse classes 0 to 19. */
export const coarseClassNames: readonly string[] = (
  "aquatic_mammals fish flowers food_containers fruit_and_vegetables household_electrical_devices household_furniture " +
  "insects large_carnivores large_man-made_outdoor_things large_natural_outdoor_scenes large_omnivores_and_herbivores " +
  "medium_mammals non-insect_invertebrates people reptiles small_mammals trees vehicles_1 vehicles_2"
).split(" ");

export const licence = "none stated; its authors ask to cite Krizhevsky 2009";

export interface Cifar100Options extends CifarOptions {
  /** Whether the labels are those of 100 classes (the default), or of the 20 that these belong to. */
  labelMode?: "fine" | "coarse";
}

/**
 * CIFAR-100 (Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html): 50,000 training and 10,000 test photos of 32x32
 * pixels in colour, in 100 classes (`classNames`) of 20 groups (`coarseClassNames`). As Keras's `cifar100.load_data`: bytes, in
 * the order of the files; labels of the shape `[n, 1]`, int64 in Keras and int32 here.
 *
 * The first call downloads 169 MB, checks and keeps them; Keras's own copy in `~/.keras` is used if it is there.
 *
 * @throws RangeError for another `labelMode`; Error if no source gives the right file, or the archive is damaged
 *
 * @example
 * const { xTrain, yTrain } = await datasets.cifar100.loadData({ labelMode: "coarse" });
 * datasets.cifar100.coarseClassNames[yTrain.data[0]];
 */
export async function loadData(options: Cifar100Options = {}): Promise<CifarDataset> {
  const { labelMode = "fine" } = options;
  if (labelMode !== "fine" && labelMode !== "coarse")
    throw new RangeError(`labelMode is "fine" or "coarse", but got ${JSON.stringify(labelMode)}.`);
  const { xTrain, yTrain, xTest, yTest } = await loadCifar(
    {
      title: "CIFAR-100",
      file: {
        path: "datasets/cifar-100-python.tar.gz",
        urls: ["https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"],
        hash: "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
        bytes: 169_001_437,
        kerasPaths: ["datasets/cifar-100-python-target_archive", "datasets/cifar-100-python.tar.gz"],
      },
      train: ["cifar-100-python/train"],
      test: "cifar-100-python/test",
      labelKey: `${labelMode}_labels`,
    },
    options,
  );
  const wide = ({ data, shape }: NdArray): NdArray => new NdArray(Int32Array.from(data), shape);
  return { xTrain, yTrain: wide(yTrain), xTest, yTest: wide(yTest) };
}
