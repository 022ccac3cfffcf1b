const CHINESE_ACT =
  "(?:帮|幫|协助|協助|提供|回答|解答|访问|訪問|透露|泄露|继续|繼續|评论|評論|完成|处理|處理|满足|滿足|讨论|討論|编写|撰写|撰寫|生成|执行|執行|支持|给出|給出|参与)";
const CHINESE_CANNOT = "(?:无法|無法|不能|没法|沒法|不便|不可以|不会|不會|不方便)";

/** Chinese: the first person, in the same clause as what it cannot. A server that cannot refuses nothing. */
const CHINESE = [
  new RegExp(`(?:我们?|本人|恕)[^，。！？,.!?…]{0,8}?${CHINESE_CANNOT}[^，。！？,.!?…]{0,8}?${CHINESE_ACT}`),
  new RegExp(`(?:抱歉|对不起|對不起|不好意思)[，,]?(?:但)?${CHINESE_CANNOT}[^，。！？,.!?…]{0,8}?${CHINESE_ACT}`),
  /我们?(?:必须|只能|不得不|要|会)?(?:拒绝|拒絕|婉拒)/,
  /我们?(?:没有|沒有|无|無)(?:权限|權限|权力|能力|访问|权利)/,
  /超出(?:了)?(?:我|本)[^，。！？]{0,4}?(?:的)?[^，。！？]{0,4}(?:范围|範圍|能力)/,
  /违反(?:了)?(?:我们|我|我們)的|違反(?:了)?(?:我們|我)的/,
  /(?:帮|幫)不(?:了|上)/,
];

const JAPANESE_ACT =
  "(?:お応え|お答え|お手伝い|ご案内|ご提供|ご回答|お教え|お伝え|お力|対応|提供|回答|アクセス|協力|サポート|ご紹介|作成|お話し|開示|支援|実行|お受け)";
const JAPANESE_CANNOT = "(?:できません|できかねます|出来ません|いたしかねます|致しかねます|しかねます)";

/** Japanese: the polite forms of what is done for somebody, denied. A contract that cannot be ended refuses nothing. */
const JAPANESE = [
  new RegExp(`${JAPANESE_ACT}[^。！？、]{0,10}?${JAPANESE_CANNOT}`),
  new RegExp(`(?:それ|これ|その(?:ご)?(?:依頼|要望|リクエスト))(?:に)?は${JAPANESE_CANNOT}`),
  /お断り(?:し|いた|致|させ)|(?:権限|資格)(?:が|は)(?:ありません|ございません)/,
  /(?:対応|業務|担当|専門)?(?:の)?範囲外|差し控え|ポリシーに(?:違反|反)|ガイドラインに(?:違反|反)/,
  /(?:教える|書く|手伝う|お手伝いする|協力する|作る)つもりはありません/,
];

export const EAST_ASIAN: readonly RegExp[] = [...CHINESE, ...JAPANESE];
