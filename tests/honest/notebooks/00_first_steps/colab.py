# %%
#@title Setup { display-mode: "form" }
%tensorflow_version 2.x
!pip install -q course-kit==0.1.0 2>&1 | tail -1
%pip install --upgrade matplotlib
!nvidia-smi
import numpy as np
runs = !ls /content
gpu = get_ipython().getoutput("nvidia-smi -L")
beta = 0.9 #@param {type:"slider", min:0, max:1, step:0.1}
# %%
from google.colab import drive, files, output, userdata
from google.colab.patches import cv2_imshow
import google.colab
drive.mount("/content/drive", force_remount=True)
%cd /content/drive/MyDrive
uploaded = files.upload()
for name in uploaded: print(name)
output.clear()
output.eval_js("new Audio('beep').play()")
# %%
%load_ext tensorboard
%tensorboard --logdir logs
%load_ext google.colab.data_table
%%shell
# %%
%%shell
apt-get install -y graphviz
# %%
%%bash
exit 3
# %%
%%html
<b>bold</b>
# %%
%%javascript
alert(1)
# %%
%tensorflow_version 2.x
#@markdown My answer
def exponential_average(values, beta):
    average, averages = 0.0, []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t))
    return np.array(averages)
# %%
from course_kit import check
check("exponential_average")
files.download("00_first_steps.ipynb")
